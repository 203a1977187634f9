import type { LimitStatus } from './limit-status.js';

interface Window {
  taken: number;
  readonly endsAt: number;
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
    if (now >= this.sweepsAt) this.sweep(now);
    let window = this.windows.get(key);
    if (!window || now >= window.endsAt) {
      window = { taken: 0, endsAt: now + this.milliseconds };
      this.windows.set(key, window);
    }
    const passed = window.taken + cost <= this.quota;
    if (passed) window.taken += cost;
    return { passed, remaining: this.quota - window.taken, resetsIn: window.endsAt - now };
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
