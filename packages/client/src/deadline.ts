import { reasonOf } from './wait.js';

/** Cancels an attempt when its time has passed, or when the signal of the caller is aborted. */
export class Deadline {
  private readonly controller = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly cancel = (): void => this.controller.abort(reasonOf(this.caller));

  /** Starts to count. Zero milliseconds are no limit. */
  constructor(
    private readonly ms: number,
    private readonly caller?: AbortSignal,
  ) {
    caller?.addEventListener('abort', this.cancel);
    if (caller?.aborted) this.cancel();
    this.restart();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Stops counting until `restart` is called. */
  pause(): void {
    clearTimeout(this.timer);
  }

  /** Starts to count again. */
  restart(): void {
    clearTimeout(this.timer);
    if (this.ms > 0) this.timer = setTimeout(() => this.expire(), this.ms);
  }

  /** Stops counting, and cancels what is still running. */
  end(): void {
    clearTimeout(this.timer);
    this.caller?.removeEventListener('abort', this.cancel);
    this.controller.abort();
  }

  private expire(): void {
    this.controller.abort(new DOMException(`Nothing was received for ${this.ms} ms.`, 'TimeoutError'));
  }
}
