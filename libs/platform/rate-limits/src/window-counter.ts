import type { LimitStatus } from './limit-status.js';

interface Window {
  taken: number;
  endsAt: number;
}

/**
 * Counts the cost per key within a window, in this process. It is synchronous because every request is counted up to
 * three times.
 */
export class WindowCounter {
  private readonly windows = new Map<string, Window>();
  private sweepsAt = 0;

  constructor(
    private readonly quota: number,
    private readonly milliseconds: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Takes the cost if enough is left. */
  take(key: string, cost: number): LimitStatus {
    const now = this.now();
    const window = this.current(key, now);
    const passed = window.taken + cost <= this.quota;
    if (passed) window.taken += cost;
    return { passed, remaining: Math.max(0, this.quota - window.taken), resetsIn: window.endsAt - now };
  }

  /**
   * Takes a cost for work that is already done. What exceeds the quota prolongs the window in proportion, up to twice
   * its length.
   */
  debit(key: string, cost: number): void {
    const now = this.now();
    const window = this.current(key, now);
    window.taken = Math.min(window.taken + cost, 2 * this.quota);
    const debt = Math.max(0, window.taken - this.quota) / this.quota;
    window.endsAt = Math.max(window.endsAt, now + debt * this.milliseconds);
  }

  private current(key: string, now: number): Window {
    if (now >= this.sweepsAt) this.sweep(now);
    const known = this.windows.get(key);
    if (known && now < known.endsAt) return known;
    const window = { taken: 0, endsAt: now + this.milliseconds };
    this.windows.set(key, window);
    return window;
  }

  refund(key: string, cost: number): void {
    const window = this.windows.get(key);
    if (window) window.taken = Math.max(0, window.taken - cost);
  }

  /** Deletes windows that have ended. */
  private sweep(now: number): void {
    this.sweepsAt = now + this.milliseconds;
    for (const [key, { endsAt }] of this.windows) if (now >= endsAt) this.windows.delete(key);
  }
}
