const BEAT_MS = 50;

/** So many beats are looked at. */
const BEATS = 9;

/** How late the event loop is: the median of the last beats, so that one long step does not count, but a loop that keeps being late does. */
export class LoopLag {
  private readonly lags: number[] = [];
  private readonly timer: NodeJS.Timeout;
  private due = performance.now() + BEAT_MS;

  constructor() {
    this.timer = setInterval(() => this.beat(), BEAT_MS).unref();
  }

  /** In milliseconds. */
  get median(): number {
    return this.lags.toSorted((a, b) => a - b)[BEATS >> 1] ?? 0;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private beat(): void {
    const now = performance.now();
    this.lags.push(Math.max(0, now - this.due));
    if (this.lags.length > BEATS) this.lags.shift();
    this.due = now + BEAT_MS;
  }
}
