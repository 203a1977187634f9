import type { Caller } from './caller.js';

/** Checks during long-running work whether its caller is still authorized. */
export class AuthorizationWatch {
  private readonly finished = new AbortController();
  private readonly signal: AbortSignal | undefined;

  constructor(caller: Caller) {
    this.signal = caller.abortSignal?.(this.finished.signal);
  }

  /** Throws an error that says why, if the caller is no longer authorized. */
  check(): void {
    this.signal?.throwIfAborted();
  }

  /** Ends the watch; call it when the work is done. */
  end(): void {
    this.finished.abort();
  }
}
