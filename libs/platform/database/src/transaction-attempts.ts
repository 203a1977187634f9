import { Injectable } from '@nestjs/common';

import { HavenConfig } from '@haven/config';

import { withRetries } from './with-retries.js';
import { WriteAvailability } from './write-availability.js';

/** Runs transactions, again after a failure that permits it, and counts those under way. */
@Injectable()
export class TransactionAttempts {
  /** Number of transactions that run or wait for a connection. Those of a group count for each caller. */
  underway = 0;

  constructor(
    private readonly config: HavenConfig,
    private readonly writeAvailability: WriteAvailability,
  ) {}

  /** Runs `work`, and again up to `retries` times after a serialization failure or a deadlock. */
  run<T>(work: () => Promise<T>, retries = this.config.database.retries): Promise<T> {
    return this.runOnce(1, () => withRetries(work, retries));
  }

  /** Runs `work` once, for one or more callers. */
  async runOnce<T>(callers: number, work: () => Promise<T>): Promise<T> {
    this.underway += callers;
    try {
      return await work();
    } catch (error) {
      this.writeAvailability.recordFailure(error);
      throw error;
    } finally {
      this.underway -= callers;
    }
  }
}
