import type { Result } from './result.js';

/** Sent at once to a receiver of whom nothing is known yet. */
const AT_FIRST = 8;

/** How long a receiver that says it is too busy is left alone, when it does not say itself: twice as long each time. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * How quickly one receiver is sent to: as many at once as it takes, found out as TCP does (one more for each that went well, half
 * for each that it was too slow or too busy for), no more a second than its rate, and nothing for as long as it asks for. Times
 * are milliseconds, of whatever clock.
 */
export class Pace {
  private limit: number;
  private underway = 0;
  private until: number;
  private pauseMs = FIRST_PAUSE_MS;
  private nextAt = 0;

  constructor(
    private readonly most: number,
    private readonly rate: number | null,
    pausedUntil = 0,
  ) {
    this.limit = Math.min(AT_FIRST, most);
    this.until = pausedUntil;
  }

  /** How long to wait before one more; Infinity: until one has ended. */
  wait(now: number): number {
    if (this.underway >= Math.floor(this.limit)) return Infinity;
    return Math.max(0, this.until - now, this.nextAt - now);
  }

  begin(now: number): void {
    this.underway++;
    if (this.rate !== null) this.nextAt = Math.max(now, this.nextAt) + 1_000 / this.rate;
  }

  /** One has ended; of a receiver that is too busy, `retryAfterMs` is what it asks for. */
  ended(result: Result, now: number, retryAfterMs: number | null): void {
    this.underway--;
    if (result === 'delivered') {
      this.pauseMs = FIRST_PAUSE_MS;
      this.limit = Math.min(this.most, this.limit + 1);
    }
    if (result === 'slow' || result === 'busy') this.limit = Math.max(1, this.limit / 2);
    if (result === 'busy') this.pause(now, retryAfterMs);
  }

  /** Until when nothing is sent. */
  get pausedUntil(): number {
    return this.until;
  }

  private pause(now: number, retryAfterMs: number | null): void {
    const isNew = now >= this.until; // of several that were under way, one lengthens the next pause
    this.until = Math.max(this.until, now + (retryAfterMs ?? this.pauseMs));
    if (isNew) this.pauseMs = Math.min(LONGEST_PAUSE_MS, this.pauseMs * 2);
  }
}
