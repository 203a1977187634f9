/** Interval between samples, in milliseconds. */
const SAMPLING_MS = 50;

/** Number of samples that the median is computed from. */
const SAMPLES = 9;

/** Measures the delay of the event loop as the median of the last samples: a single long task does not count. */
export class LoopLag {
  /** Median delay, in milliseconds. */
  median = 0;

  private readonly lags: number[] = Array.from({ length: SAMPLES }, () => 0);
  private readonly timer: NodeJS.Timeout;
  private due = performance.now() + SAMPLING_MS;

  constructor() {
    this.timer = setInterval(() => this.sample(), SAMPLING_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private sample(): void {
    const now = performance.now();
    this.lags.push(now - this.due);
    this.lags.shift();
    this.due = now + SAMPLING_MS;
    this.median = this.lags.toSorted((a, b) => a - b)[SAMPLES >> 1] ?? 0;
  }
}
