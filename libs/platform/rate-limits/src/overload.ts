import { Injectable } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';

import { HavenConfig } from '@haven/config';
import { UnitOfWork } from '@haven/database';
import { HavenError } from '@haven/kernel';
import { Log } from '@haven/observability';

import { LoopLag } from './loop-lag.js';

/** Interval between log lines about refused requests, in milliseconds. */
const REPORT_MS = 10_000;

/** The errors are created once, because creating one takes longer than sending it. */
const REFUSALS = {
  queue: new HavenError('OVERLOADED', 'Too many requests are waiting for the database (overload.poolQueue).', {
    retryAfter: 1,
  }),
  loop: new HavenError('OVERLOADED', 'The server is too busy (overload.eventLoopDelay).', { retryAfter: 1 }),
};

/**
 * Decides whether this process is overloaded, from the number of waiting transactions and the delay of the event loop.
 */
@Injectable()
export class Overload implements OnModuleDestroy {
  private readonly lag = new LoopLag();
  private refused = 0;
  private reporting: NodeJS.Timeout | undefined;

  constructor(
    private readonly config: HavenConfig,
    private readonly uow: UnitOfWork,
    private readonly log: Log,
  ) {}

  onModuleDestroy(): void {
    this.lag.stop();
    clearTimeout(this.reporting);
  }

  /** Returns the error with which to refuse a new request; undefined if the process is not overloaded. */
  refusal(): HavenError | undefined {
    const { poolQueue, eventLoopDelay } = this.config.overload;
    if (this.uow.waiting > poolQueue) return this.refuse('queue');
    return this.lag.median > eventLoopDelay ? this.refuse('loop') : undefined;
  }

  private refuse(reason: keyof typeof REFUSALS): HavenError {
    this.refused++;
    if (this.refused === 1)
      this.log.warn(`Overloaded: ${REFUSALS[reason].detail} New requests are refused.`, Overload.name);
    this.reporting ??= setTimeout(() => this.report(), REPORT_MS).unref();
    return REFUSALS[reason];
  }

  private report(): void {
    this.log.warn(`Overloaded: ${this.refused} requests were refused in ${REPORT_MS / 1000} s.`, Overload.name);
    this.refused = 0;
    this.reporting = undefined;
  }
}
