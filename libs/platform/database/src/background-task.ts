import { Injectable } from '@nestjs/common';

import { Log, counter, Metrics } from '@haven/observability';
import type { Counter } from '@haven/observability';

import { WakeableTimer } from './wakeable-timer.js';

/**
 * Delay after the first failure. It doubles with each consecutive failure, up to the smaller of `RETRY_LIMIT_MS` and
 * the task's interval.
 */
const RETRY_MS = 1_000;
const RETRY_LIMIT_MS = 60_000;

const FAILURES = counter('haven.background.failures', {
  unit: '{failure}',
  description: 'Number of failed runs of background tasks. A failed run is retried.',
  labels: { 'haven.task.name': 'name of the task, such as `sequencer` or `webhook-dispatch`' },
});

/** Defines what a background task does and how often. */
export interface BackgroundWork {
  /** Identifies the task in the log and in the metric `haven.background.failures`. */
  readonly name: string;
  /** Log message for a failed run, such as "The keys could not be read". The reason is appended to it. */
  readonly failure: string;
  /** Milliseconds between runs: a function if the delay varies, Infinity for a task that runs only when it is woken. */
  readonly interval: number | (() => number);
  /**
   * Performs one run. May return the delay before the next run, in milliseconds, which replaces the interval. Returns
   * early when the signal is aborted.
   */
  run(signal: AbortSignal): Promise<number | void>;
}

/**
 * Runs work repeatedly in the background, one run at a time, until it is stopped. A failed run is logged, counted and
 * retried after a growing delay. Owners call `start()` in `onModuleInit` or `onApplicationBootstrap`, and return
 * `stop()` from `onModuleDestroy` or `beforeApplicationShutdown`.
 */
export class BackgroundTask {
  private readonly timer = new WakeableTimer();
  private stopping = new AbortController();
  private ended: Promise<void> | undefined;
  private failuresInRow = 0;
  private lastReport: string | undefined;

  constructor(
    private readonly work: BackgroundWork,
    private readonly log: Pick<Log, 'warn'>,
    private readonly failures: Pick<Counter, 'add'>,
  ) {}

  /**
   * Starts the first run after `delay` milliseconds. Does nothing if already started. Can be called again after `stop`.
   */
  start(delay = 0): void {
    if (this.ended) return;
    this.stopping = new AbortController();
    this.ended = this.loop(delay, this.stopping.signal);
  }

  /** Ends the wait before the next run. If a run is in progress, another one follows immediately. */
  wake(): void {
    this.timer.wake();
  }

  /** Aborts the signal of the current run and resolves when that run has ended. No run starts afterwards. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.ended;
    this.ended = undefined;
  }

  /** Counts and logs a failure that does not end the run. Consecutive identical failures are logged once. */
  report(error: unknown, message = this.work.failure): void {
    this.failures.add();
    const text = `${message}: ${String(error)}`;
    if (text !== this.lastReport) this.log.warn(text, this.work.name);
    this.lastReport = text;
  }

  private async loop(delay: number, signal: AbortSignal): Promise<void> {
    if (delay > 0) await this.timer.wait(delay, signal);
    while (!signal.aborted) {
      const wait = await this.attempt(signal);
      if (wait > 0) await this.timer.wait(wait, signal);
    }
  }

  /** Performs one run; returns the delay before the next one. */
  private async attempt(signal: AbortSignal): Promise<number> {
    try {
      const wait = await this.work.run(signal);
      this.failuresInRow = 0;
      this.lastReport = undefined;
      return wait ?? this.interval;
    } catch (error) {
      if (signal.aborted) return 0; // the run failed because it was stopped
      this.report(error);
      return Math.min(RETRY_MS * 2 ** this.failuresInRow++, RETRY_LIMIT_MS, this.interval);
    }
  }

  private get interval(): number {
    const { interval } = this.work;
    return typeof interval === 'number' ? interval : interval();
  }
}

/** Creates background tasks that report to the log and the metrics of this process. */
@Injectable()
export class BackgroundTasks {
  constructor(
    private readonly log: Log,
    private readonly metrics: Metrics,
  ) {}

  create(work: BackgroundWork): BackgroundTask {
    return new BackgroundTask(work, this.log, this.metrics.counter(FAILURES).of({ 'haven.task.name': work.name }));
  }
}
