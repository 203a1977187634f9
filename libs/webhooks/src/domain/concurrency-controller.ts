import type { AttemptResult } from './attempt-result.js';

/** Sent at once to a receiver of whom nothing is known yet. */
const INITIAL_LIMIT = 8;

/** How long a receiver that says it is too busy is left alone, when it does not say itself: twice as long each time. */
const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 60_000;

/**
 * How quickly one receiver is sent to: as many at once as it takes, found out as TCP does (one more for each that went well, half
 * for each that it was too slow or too busy for), no more a second than its rate, and nothing for as long as it asks for. Times
 * are milliseconds, of whatever clock.
 */
export class ConcurrencyController {
  private limit: number;
  private inFlight = 0;
  private until: number;
  private pauseMs = FIRST_PAUSE_MS;
  private nextAt = 0;

  constructor(
    private readonly max: number,
    private readonly rate: number | null,
    pausedUntil = 0,
  ) {
    this.limit = Math.min(INITIAL_LIMIT, max);
    this.until = pausedUntil;
  }

  /** How long to wait before one more; Infinity: until one has ended. */
  delay(now: number): number {
    if (this.inFlight >= Math.floor(this.limit)) return Infinity;
    return Math.max(0, this.until - now, this.nextAt - now);
  }

  onAttemptStarted(now: number): void {
    this.inFlight++;
    if (this.rate !== null) this.nextAt = Math.max(now, this.nextAt) + 1_000 / this.rate;
  }

  /** One has ended; of a receiver that is too busy, `retryAfterMs` is what it asks for. */
  onAttemptEnded(result: AttemptResult, now: number, retryAfterMs: number | null): void {
    this.inFlight--;
    if (result === 'delivered') {
      this.pauseMs = FIRST_PAUSE_MS;
      this.limit = Math.min(this.max, this.limit + 1);
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
    if (isNew) this.pauseMs = Math.min(MAX_PAUSE_MS, this.pauseMs * 2);
  }
}
