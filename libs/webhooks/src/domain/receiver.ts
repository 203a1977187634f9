import { Pace } from './pace.js';
import type { Result } from './result.js';

/** After so many failures in a row, one success means that the receiver is back. */
const STREAK = 5;

const DAY_MS = 86_400_000;

/** What is known of a receiver when its lane begins, and what it is held to. */
export interface ReceiverTerms {
  readonly failingSince: Date | null;
  readonly pausedUntil: Date | null;
  readonly concurrency: number;
  readonly rate: number | null;
  /** Milliseconds of nothing but failures after which Haven gives up. */
  readonly disableAfter: number;
}

/** How a receiver does, from attempt to attempt, and how quickly it is sent to because of that. */
export class Receiver {
  /** Since when every attempt has failed. */
  failingSince: Date | null;
  /** Why Haven gives up on it. */
  problem: string | undefined;

  private readonly pace: Pace;
  private readonly disableAfter: number;
  private streak = 0;

  constructor({ failingSince, pausedUntil, concurrency, rate, disableAfter }: ReceiverTerms) {
    this.failingSince = failingSince;
    this.pace = new Pace(concurrency, rate, pausedUntil?.getTime());
    this.disableAfter = disableAfter;
  }

  /** How long to wait before one more is sent; Infinity: until one has ended. */
  wait(): number {
    return this.pace.wait(Date.now());
  }

  begin(): void {
    this.pace.begin(Date.now());
  }

  /** An attempt that began then has ended; answers whether the receiver is back after many failures. */
  ended(result: Result, at: string, retryAfterMs: number | null): boolean {
    this.pace.ended(result, Date.now(), retryAfterMs);
    if (result === 'delivered') {
      const isBack = this.streak >= STREAK;
      this.streak = 0;
      this.failingSince = null;
      return isBack;
    }
    this.streak++;
    this.failingSince ??= new Date(at);
    if (result === 'gone') this.problem = 'The receiver answered 410 Gone.';
    else if (this.failingFor >= this.disableAfter) this.problem = tooLong(this.failingFor);
    return false;
  }

  /** Until when nothing is sent, since the receiver has too much to do. */
  get pausedUntil(): Date | null {
    return this.pace.pausedUntil > Date.now() ? new Date(this.pace.pausedUntil) : null;
  }

  private get failingFor(): number {
    return this.failingSince ? Date.now() - this.failingSince.getTime() : 0;
  }
}

function tooLong(milliseconds: number): string {
  return `Every attempt has failed for ${(milliseconds / DAY_MS).toFixed(1)} days (webhooks.disableAfter).`;
}
