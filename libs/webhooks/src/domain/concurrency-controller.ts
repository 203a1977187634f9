import type { AttemptResult } from './attempt-result.js';

/** Initial number of concurrent attempts. */
const INITIAL_LIMIT = 8;

/**
 * First pause after a `busy` response without `Retry-After`, in milliseconds. It doubles each time, up to the maximum.
 */
const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 60_000;

/**
 * Limits the attempts to one endpoint: their concurrency, their rate, and pauses. The concurrency limit adapts as in
 * TCP (additive increase, multiplicative decrease): a delivered attempt raises it by one, a `slow` or `busy` one halves
 * it. A `busy` response also pauses all attempts, for as long as `Retry-After` says, or with exponential backoff. All
 * times are in milliseconds and must come from the same clock.
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

  /** Returns the milliseconds to wait before the next attempt, or Infinity if an attempt has to end first. */
  delay(now: number): number {
    if (this.inFlight >= Math.floor(this.limit)) return Infinity;
    return Math.max(0, this.until - now, this.nextAt - now);
  }

  onAttemptStarted(now: number): void {
    this.inFlight++;
    if (this.rate !== null) this.nextAt = Math.max(now, this.nextAt) + 1_000 / this.rate;
  }

  /** `retryAfterMs` is the value of `Retry-After`, or null; it is used only if the result is `busy`. */
  onAttemptEnded(result: AttemptResult, now: number, retryAfterMs: number | null): void {
    this.inFlight--;
    if (result === 'delivered') {
      this.pauseMs = FIRST_PAUSE_MS;
      this.limit = Math.min(this.max, this.limit + 1);
    }
    if (result === 'slow' || result === 'busy') this.limit = Math.max(1, this.limit / 2);
    if (result === 'busy') this.pause(now, retryAfterMs);
  }

  /** Time before which no attempt may start. */
  get pausedUntil(): number {
    return this.until;
  }

  private pause(now: number, retryAfterMs: number | null): void {
    const isNew = now >= this.until; // concurrent `busy` responses double the next pause only once
    this.until = Math.max(this.until, now + (retryAfterMs ?? this.pauseMs));
    if (isNew) this.pauseMs = Math.min(MAX_PAUSE_MS, this.pauseMs * 2);
  }
}
