/** Time in milliseconds without progress after which the feed counts as stalled. */
export const STALLED_AFTER_MS = 10_000;

/**
 * Measures for how long events have waited while none entered the feed. The leader enters events in the order of their
 * positions, so the lowest waiting position rises whenever it works.
 */
export class FeedProgress {
  private lowest: bigint | undefined;
  private since = 0;

  /** Records the lowest position that waits now, or undefined if none does. */
  observe(lowest: bigint | undefined, now: number): void {
    const isProgress = this.lowest === undefined || lowest === undefined || lowest > this.lowest;
    if (isProgress) this.since = now;
    this.lowest = lowest;
  }

  /** Milliseconds for which events have waited without progress; 0 if none wait. */
  stalledFor(now: number): number {
    return this.lowest === undefined ? 0 : Math.max(0, now - this.since);
  }
}
