import { ConcurrencyController } from './concurrency-controller.js';
import type { AttemptResult } from './attempt-result.js';

/** After so many failures in a row, one success means that the receiver is back. */
const STREAK = 5;

const DAY_MS = 86_400_000;

/** What is known of a receiver when its lane begins, and what it is held to. */
export interface EndpointHealthOptions {
  readonly failingSince: Date | null;
  readonly pausedUntil: Date | null;
  readonly concurrency: number;
  readonly rate: number | null;
  /** Milliseconds of nothing but failures after which Haven gives up. */
  readonly disableAfter: number;
}

/** How a receiver does, from attempt to attempt, and how quickly it is sent to because of that. */
export class EndpointHealth {
  /** Since when every attempt has failed. */
  failingSince: Date | null;
  /** Why Haven gives up on it. */
  problem: string | undefined;

  private readonly concurrency: ConcurrencyController;
  private readonly disableAfter: number;
  private streak = 0;

  constructor({ failingSince, pausedUntil, concurrency, rate, disableAfter }: EndpointHealthOptions) {
    this.failingSince = failingSince;
    this.concurrency = new ConcurrencyController(concurrency, rate, pausedUntil?.getTime());
    this.disableAfter = disableAfter;
  }

  /** How long to wait before one more is sent; Infinity: until one has ended. */
  delay(): number {
    return this.concurrency.delay(Date.now());
  }

  onAttemptStarted(): void {
    this.concurrency.onAttemptStarted(Date.now());
  }

  /** An attempt that began then has ended; answers whether the receiver is back after many failures. */
  onAttemptEnded(result: AttemptResult, at: string, retryAfterMs: number | null): boolean {
    this.concurrency.onAttemptEnded(result, Date.now(), retryAfterMs);
    if (result === 'delivered') {
      const isBack = this.streak >= STREAK;
      this.streak = 0;
      this.failingSince = null;
      return isBack;
    }
    this.streak++;
    this.failingSince ??= new Date(at);
    if (result === 'gone') this.problem = 'The receiver answered 410 Gone.';
    else if (this.failingFor >= this.disableAfter) this.problem = failedTooLong(this.failingFor);
    return false;
  }

  /** Until when nothing is sent, since the receiver has too much to do. */
  get pausedUntil(): Date | null {
    return this.concurrency.pausedUntil > Date.now() ? new Date(this.concurrency.pausedUntil) : null;
  }

  private get failingFor(): number {
    return this.failingSince ? Date.now() - this.failingSince.getTime() : 0;
  }
}

function failedTooLong(milliseconds: number): string {
  return `Every attempt has failed for ${(milliseconds / DAY_MS).toFixed(1)} days (webhooks.disableAfter).`;
}
