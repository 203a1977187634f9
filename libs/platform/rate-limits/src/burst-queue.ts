/** Time without a refusal, in milliseconds, after which requests may wait again. */
const CALM_MS = 1_000;

/** How many times as many requests as usual a burst may have. */
const BURST_FACTOR = 4;

/**
 * Requests of a burst that wait for capacity, in the order of their arrival. In a sustained overload, waiting would
 * only make every request late. After one was refused, the next ones are therefore refused at once, until none has been
 * refused for a second.
 */
export class BurstQueue {
  private readonly max: number;
  private readonly waiting = new Set<(isAdmitted: boolean) => void>();
  private refusedAt = -Infinity;

  /**
   * `limit` is the number of requests that are accepted without a burst, `maxWait` the time in milliseconds after which
   * one that waits is refused.
   */
  constructor(
    limit: number,
    private readonly maxWait: number,
  ) {
    this.max = (BURST_FACTOR - 1) * limit;
  }

  get size(): number {
    return this.waiting.size;
  }

  /** Returns false if the request is refused; otherwise a promise of whether it was admitted in time. */
  enter(): Promise<boolean> | false {
    const now = performance.now();
    if (this.maxWait === 0 || this.waiting.size >= this.max || now - this.refusedAt < CALM_MS) {
      this.refusedAt = now;
      return false;
    }
    return new Promise((resolve) => {
      const settle = (isAdmitted: boolean): void => {
        clearTimeout(timer);
        this.waiting.delete(settle);
        if (!isAdmitted) this.refusedAt = performance.now();
        resolve(isAdmitted);
      };
      const timer = setTimeout(() => settle(false), this.maxWait);
      this.waiting.add(settle);
    });
  }

  /** Admits the `count` requests that have waited longest. */
  admit(count: number): void {
    let left = count;
    for (const settle of this.waiting) {
      if (left-- <= 0) return;
      settle(true);
    }
  }

  /** Refuses all that wait. */
  clear(): void {
    for (const settle of this.waiting) settle(false);
  }
}
