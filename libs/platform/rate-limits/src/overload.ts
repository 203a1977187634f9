import { Injectable } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';

import { HavenConfig } from '@haven/config';
import { UnitOfWork } from '@haven/database';
import { HavenError } from '@haven/kernel';
import { Log } from '@haven/observability';

import { BurstQueue } from './burst-queue.js';
import { LoopLag } from './loop-lag.js';

/** Interval between log lines about refused requests, in milliseconds. */
const REPORT_MS = 10_000;

/** Interval at which requests of a burst are admitted, in milliseconds. */
const ADMISSION_MS = 5;

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
  private readonly burst: BurstQueue;
  private admitting: NodeJS.Timeout | undefined;

  constructor(
    private readonly config: HavenConfig,
    private readonly uow: UnitOfWork,
    private readonly log: Log,
  ) {
    const { poolQueue, burstWait } = config.overload;
    this.burst = new BurstQueue(poolQueue, burstWait);
  }

  onModuleDestroy(): void {
    this.lag.stop();
    clearTimeout(this.reporting);
    clearInterval(this.admitting);
    this.burst.clear();
  }

  /**
   * Like {@link refusal}, but requests of a burst wait until fewer transactions wait for the database, so that they are
   * not refused. Returns no promise if the request need not wait.
   */
  admission(): HavenError | undefined | Promise<HavenError | undefined> {
    if (this.isLate) return this.refuse('loop');
    if (this.burst.size === 0 && this.free > 0) return undefined;
    const admitted = this.burst.enter();
    if (!admitted) return this.refuse('queue');
    this.admitting ??= setInterval(() => this.admit(), ADMISSION_MS);
    return admitted.then((isAdmitted) => (isAdmitted ? undefined : this.refuse('queue')));
  }

  /** Returns the error with which to refuse a new request; undefined if the process is not overloaded. */
  refusal(): HavenError | undefined {
    if (this.free <= 0) return this.refuse('queue');
    return this.isLate ? this.refuse('loop') : undefined;
  }

  private get isLate(): boolean {
    return this.lag.median > this.config.overload.eventLoopDelay;
  }

  /** Number of requests that can be accepted now, if each waits for the database. */
  private get free(): number {
    return this.config.overload.poolQueue + 1 - this.uow.waiting;
  }

  private admit(): void {
    this.burst.admit(this.free);
    if (this.burst.size > 0) return;
    clearInterval(this.admitting);
    this.admitting = undefined;
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
