import type { ServerResponse } from 'node:http';

import { Injectable } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';

import { HavenConfig } from '@haven/config';
import { UnitOfWork } from '@haven/database';
import { ClientGone, HavenError } from '@haven/kernel';
import { Log } from '@haven/observability';

import { LoopLag } from './loop-lag.js';
import { ADMISSION_MS, poolQueueFor, RequestQueue } from './request-queue.js';
import type { QueueOutcome } from './request-queue.js';

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
  private readonly queue: RequestQueue;
  private admitting: NodeJS.Timeout | undefined;

  constructor(
    private readonly config: HavenConfig,
    private readonly uow: UnitOfWork,
    private readonly log: Log,
  ) {
    const { requestQueue, burstWait } = config.overload;
    this.queue = new RequestQueue(requestQueue, burstWait);
  }

  onModuleDestroy(): void {
    this.lag.stop();
    clearTimeout(this.reporting);
  }

  /**
   * Like {@link refusal}, but a request waits until the process has capacity for it, and is refused only if that takes
   * too long. Returns no promise if the request need not wait, and `ClientGone` if its client disconnected.
   */
  admission(response: ServerResponse): HavenError | undefined | Promise<HavenError | undefined> {
    if (this.queue.size === 0 && this.capacity > 0) return undefined;
    const turn = this.queue.enter(response);
    if (!turn) return this.refuse();
    this.admitting ??= setInterval(() => this.admit(), ADMISSION_MS);
    return turn.then((outcome) => this.errorFor(outcome));
  }

  /** Returns the error with which to refuse a new request; undefined if the process is not overloaded. */
  refusal(): HavenError | undefined {
    return this.capacity > 0 ? undefined : this.refuse();
  }

  private get isLate(): boolean {
    return this.lag.median > this.config.overload.eventLoopDelay;
  }

  /** Number of requests that can be accepted now, if each waits for the database. */
  private get capacity(): number {
    if (this.isLate) return 0;
    return poolQueueFor(this.queue, this.config.overload.poolQueue) + 1 - this.uow.waiting;
  }

  private admit(): void {
    this.queue.admit(this.capacity);
    if (this.queue.size > 0) return;
    clearInterval(this.admitting);
    this.admitting = undefined;
  }

  private errorFor(outcome: QueueOutcome): HavenError | undefined {
    if (outcome === 'admitted') return undefined;
    return outcome === 'gone' ? new ClientGone() : this.refuse();
  }

  private refuse(): HavenError {
    const reason = this.isLate ? 'loop' : 'queue';
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
