import { EgressDenied } from './egress-denied.js';

/** Ends an attempt when its time is up or the caller wants it ended. `AbortSignal.any` would leave a timer behind after each attempt. */
export class Deadline {
  private readonly ending = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private readonly stop = () => this.ending.abort(new EgressDenied('stopped'));

  constructor(
    milliseconds: number,
    private readonly outer: AbortSignal,
  ) {
    this.timer = setTimeout(() => this.ending.abort(new EgressDenied('timeout')), milliseconds);
    outer.addEventListener('abort', this.stop, { once: true });
    if (outer.aborted) this.stop();
  }

  get signal(): AbortSignal {
    return this.ending.signal;
  }

  clear(): void {
    clearTimeout(this.timer);
    this.outer.removeEventListener('abort', this.stop);
  }
}
