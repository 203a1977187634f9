import { describeHolders, terminationOf } from './lock-holders.js';
import type { LockHolder } from './lock-holders.js';

/** A lock was not free in time. The message names its holder and the solution. */
export class LockTimeoutError extends Error {
  override readonly name = 'LockTimeoutError';
}

export interface LockWaitOptions {
  /** The waiting work, as the subject of a sentence, such as "The migration". */
  readonly subject: string;
  /** Advice for the case that the holder works as intended. */
  readonly advice: string;
  /** Maximum time of the wait, in milliseconds; Infinity waits as long as necessary. */
  readonly timeout: number;
  /** Waiting time before the first report, in milliseconds. The time between reports doubles, up to a minute. */
  readonly firstReport?: number;
  /** Receives a sentence about the wait and the holders of the lock. */
  readonly onWait?: ((message: string) => void) | undefined;
}

const FIRST_REPORT_MS = 1_000;
const MAX_REPORT_INTERVAL_MS = 60_000;

/** A wait for a lock that other sessions hold. It reports whom it waits for, and fails if it takes too long. */
export class LockWait {
  private startedAt: number | undefined;
  private nextReport: number;
  private holders: readonly LockHolder[] = [];

  constructor(private readonly options: LockWaitOptions) {
    this.nextReport = options.firstReport ?? FIRST_REPORT_MS;
  }

  /**
   * Records that `holders` hold the lock now, or nobody whom PostgreSQL can name. The first call starts the wait. Fails
   * with a `LockTimeoutError` if the wait takes too long.
   */
  observe(holders: readonly LockHolder[], now = performance.now()): void {
    if (holders.length > 0) this.holders = holders;
    this.startedAt ??= now;
    const waited = now - this.startedAt;
    this.requireTime(waited);
    if (waited < this.nextReport) return;
    this.nextReport += Math.min(this.nextReport, MAX_REPORT_INTERVAL_MS);
    this.options.onWait?.(
      `${this.options.subject} has waited ${seconds(waited)} for a lock that is held by ${describeHolders(this.holders)}.`,
    );
  }

  /** Ends the wait. The next call of `observe` starts another one. */
  end(): void {
    this.startedAt = undefined;
    this.nextReport = this.options.firstReport ?? FIRST_REPORT_MS;
    this.holders = [];
  }

  private requireTime(waited: number): void {
    const { subject, advice, timeout } = this.options;
    if (waited < timeout) return;
    const end = terminationOf(this.holders);
    throw new LockTimeoutError(
      `${subject} has waited ${seconds(waited)} for a lock that is still held by ${describeHolders(this.holders)}. ${advice}` +
        (end && ` If that session is stuck, end it: ${end}`),
    );
  }
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1_000)} s`;
}
