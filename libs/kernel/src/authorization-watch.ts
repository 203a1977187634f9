import type { Caller } from './caller.js';

/** Tells, while work goes on for long, whether its caller may still act. */
export class AuthorizationWatch {
  private readonly over = new AbortController();
  private readonly ended: AbortSignal | undefined;

  constructor(caller: Caller) {
    this.ended = caller.abortSignal?.(this.over.signal);
  }

  /** Fails, with the reason, once the caller may no longer act. */
  check(): void {
    this.ended?.throwIfAborted();
  }

  /** The work is done. */
  end(): void {
    this.over.abort();
  }
}
