const BEAT_MS = 50;

/** So many beats are looked at. */
const BEATS = 9;

/** How late the event loop is: the median of the last beats, so that one long step does not count, but a loop that keeps being late does. */
export class LoopLag {
  /** In milliseconds. */
  median = 0;

  private readonly lags: number[] = Array.from({ length: BEATS }, () => 0);
  private readonly timer: NodeJS.Timeout;
  private due = performance.now() + BEAT_MS;

  constructor() {
    this.timer = setInterval(() => this.beat(), BEAT_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private beat(): void {
    const now = performance.now();
    this.lags.push(now - this.due);
    this.lags.shift();
    this.due = now + BEAT_MS;
    this.median = this.lags.toSorted((a, b) => a - b)[BEATS >> 1] ?? 0;
  }
}
