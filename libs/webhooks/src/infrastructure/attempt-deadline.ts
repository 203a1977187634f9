import { EgressDenied } from './egress-denied.js';

/**
 * Aborts an attempt after a timeout, or when the caller's signal is aborted. Unlike `AbortSignal.timeout` combined with
 * `AbortSignal.any`, it leaves no timer behind after the attempt: `clear` removes it.
 */
export class AttemptDeadline {
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private readonly onOuterAbort = () => this.controller.abort(new EgressDenied('stopped'));

  constructor(
    milliseconds: number,
    private readonly outer: AbortSignal,
  ) {
    this.timer = setTimeout(() => this.controller.abort(new EgressDenied('timeout')), milliseconds);
    outer.addEventListener('abort', this.onOuterAbort, { once: true });
    if (outer.aborted) this.onOuterAbort();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  clear(): void {
    clearTimeout(this.timer);
    this.outer.removeEventListener('abort', this.onOuterAbort);
  }
}
