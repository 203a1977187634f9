import { Injectable } from '@nestjs/common';

import { Log, counter, Metrics } from '@haven/observability';
import type { Counter } from '@haven/observability';

import { WakeableTimer } from './wakeable-timer.js';

/** Delay after the first failure in a row; it doubles with each further one, up to the interval of the task or this limit. */
const RETRY_MS = 1_000;
const RETRY_LIMIT_MS = 60_000;

const FAILURES = counter('haven.background.failures', {
  unit: '{failure}',
  description: 'Runs of background tasks that failed and are tried again.',
  labels: { 'haven.task.name': 'which task, such as `sequencer` or `webhook-dispatch`' },
});

/** What a task does, and when. */
export interface BackgroundWork {
  /** Names the task in the log and in the metric `haven.background.failures`. */
  readonly name: string;
  /** What the log says when a run fails, followed by the reason: "The keys could not be read". */
  readonly failure: string;
  /** Milliseconds between runs; a function where they differ, Infinity for a task that runs only when woken. */
  readonly interval: number | (() => number);
  /** One run. May return after how many milliseconds the next begins, instead of the interval. Ends early when the signal is aborted. */
  run(signal: AbortSignal): Promise<number | void>;
}

/**
 * A loop in the background: runs, waits, and runs again until it is stopped, one run at a time. A run that fails is logged, counted
 * and tried again after a delay that grows. Owners start it in `onModuleInit` or `onApplicationBootstrap`, and return `stop()` from
 * `onModuleDestroy` or `beforeApplicationShutdown`.
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

  /** Begins with a run, or with a delay before it; does nothing if the task has begun. May be called again after `stop`. */
  start(delay = 0): void {
    if (this.ended) return;
    this.stopping = new AbortController();
    this.ended = this.loop(delay, this.stopping.signal);
  }

  /** Ends the wait before the next run. During a run: another one follows at once. */
  wake(): void {
    this.timer.wake();
  }

  /** Aborts the signal of the run that goes on, and resolves when that has ended; nothing runs afterwards. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.ended;
    this.ended = undefined;
  }

  /** Counts and logs a failure that does not end the run; the same one in a row is logged once. */
  report(error: unknown, what = this.work.failure): void {
    this.failures.add();
    const text = `${what}: ${String(error)}`;
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

  /** One run; returns the delay before the next. */
  private async attempt(signal: AbortSignal): Promise<number> {
    try {
      const wait = await this.work.run(signal);
      this.failuresInRow = 0;
      this.lastReport = undefined;
      return wait ?? this.interval;
    } catch (error) {
      if (signal.aborted) return 0; // it failed because it was stopped
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
