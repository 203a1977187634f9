import { ConcurrencyController } from './concurrency-controller.js';
import type { AttemptResult } from './attempt-result.js';

/** Number of failures in a row after which a success counts as recovery. */
const RECOVERY_THRESHOLD = 5;

const DAY_MS = 86_400_000;

/** Stored health of an endpoint when its worker starts, and the limits that apply to it. */
export interface EndpointHealthOptions {
  readonly failingSince: Date | null;
  readonly pausedUntil: Date | null;
  readonly concurrency: number;
  readonly rate: number | null;
  /** How long every attempt must have failed before the endpoint is disabled, in milliseconds. */
  readonly disableAfter: number;
}

/** Tracks the results of attempts at one endpoint: when the next may start, and whether to disable the endpoint. */
export class EndpointHealth {
  /** Time since which every attempt has failed; null if the last one succeeded. */
  failingSince: Date | null;
  /** Why the endpoint is to be disabled; undefined as long as it is not. */
  problem: string | undefined;

  private readonly concurrency: ConcurrencyController;
  private readonly disableAfter: number;
  private failuresInRow = 0;

  constructor({ failingSince, pausedUntil, concurrency, rate, disableAfter }: EndpointHealthOptions) {
    this.failingSince = failingSince;
    this.concurrency = new ConcurrencyController(concurrency, rate, pausedUntil?.getTime());
    this.disableAfter = disableAfter;
  }

  /** Returns the milliseconds to wait before the next attempt, or Infinity if an attempt has to end first. */
  delay(): number {
    return this.concurrency.delay(Date.now());
  }

  onAttemptStarted(): void {
    this.concurrency.onAttemptStarted(Date.now());
  }

  /**
   * Records the result of an attempt that started at `at`. Returns whether the endpoint has recovered from failures.
   */
  onAttemptEnded(result: AttemptResult, at: string, retryAfterMs: number | null): boolean {
    this.concurrency.onAttemptEnded(result, Date.now(), retryAfterMs);
    if (result === 'delivered') {
      const hasRecovered = this.failuresInRow >= RECOVERY_THRESHOLD;
      this.failuresInRow = 0;
      this.failingSince = null;
      return hasRecovered;
    }
    this.failuresInRow++;
    this.failingSince ??= new Date(at);
    if (result === 'gone') this.problem = 'The endpoint responded with 410 Gone.';
    else if (this.failingFor >= this.disableAfter) this.problem = failedTooLong(this.failingFor);
    return false;
  }

  /** Time before which nothing is sent, because the endpoint is overloaded; null if it is not paused. */
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
