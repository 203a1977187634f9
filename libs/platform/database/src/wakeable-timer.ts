/** Maximum delay of Node's timers. */
const LONGEST_MS = 2 ** 31 - 1;

/** A wait that can be ended early. If `wake` is called before a wait begins, that wait ends immediately. */
export class WakeableTimer {
  private isWoken = false;
  private resume: (() => void) | undefined;

  /** Ends the current wait; if there is none, the next one. */
  wake(): void {
    this.isWoken = true;
    this.resume?.();
  }

  /**
   * Resolves when the time has passed, when woken, or when the signal is aborted; returns whether it was woken. Does
   * not keep the process running.
   */
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
    signal?.removeEventListener('abort', stop); // the signal may live as long as the process
    clearTimeout(timer);
  }
}
