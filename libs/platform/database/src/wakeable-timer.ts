/** Node's timers take no more. */
const LONGEST_MS = 2 ** 31 - 1;

/** A wait that can be cut short. Waking it before it begins counts, too: then it ends at once. */
export class WakeableTimer {
  private isWoken = false;
  private resume: (() => void) | undefined;

  /** Ends the wait that goes on, or else the next. */
  wake(): void {
    this.isWoken = true;
    this.resume?.();
  }

  /** Resolves after the time, when woken, or when the signal is aborted; returns whether it was woken. Keeps no process alive. */
  async wait(milliseconds: number, signal?: AbortSignal): Promise<boolean> {
    if (!this.isWoken && !signal?.aborted) await this.sleep(milliseconds, signal);
    const { isWoken } = this;
    this.isWoken = false;
    return isWoken;
  }

  private async sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, Math.min(milliseconds, LONGEST_MS)).unref();
    const stop = (): void => resolve();
    signal?.addEventListener('abort', stop);
    this.resume = resolve;
    await promise;
    this.resume = undefined;
    signal?.removeEventListener('abort', stop); // the signal may live for as long as the process
    clearTimeout(timer);
  }
}
