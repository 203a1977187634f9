import { setTimeout as delay } from 'node:timers/promises';

import type { ChangesReader, ChangeSelection } from '@haven/changes';
import type { HavenConfig } from '@haven/config';
import type { Caller } from '@haven/kernel';

import type { DeliveryLog, EndpointState } from '../domain/delivery-log.js';
import { DeliveryQueue } from '../domain/delivery-queue.js';
import { EndpointHealth } from '../domain/endpoint-health.js';
import { classifyResponse } from '../domain/attempt-result.js';
import type { AttemptResult } from '../domain/attempt-result.js';
import type { Semaphore } from '../domain/semaphore.js';
import type { Webhook } from '../domain/webhook.js';
import { FeedSource } from './feed-source.js';
import type { QueuedMessage } from './queued-message.js';
import { DeliveryRecorder } from './delivery-recorder.js';
import { messageOf } from './message.js';
import type { MessageSender, SentAttempt } from './message-sender.js';
import { TaskLoop } from './task-loop.js';
import { decideOutcome } from './attempt-outcome.js';

/** Maximum number of messages from the delivery log that are queued or in flight. */
const MAX_REQUEUED = 100;

/** Results are collected for this time, or up to this number, before they are written. */
const FLUSH_DELAY_MS = 20;
const FLUSH_SIZE = 100;

/** Time after which a worker without work ends, so that another process can claim the endpoint. */
const IDLE_TIMEOUT_MS = 1_000;

/** Time that attempts in flight have to end while the worker is DRAINING. */
const SHUTDOWN_GRACE_MS = 1_000;

/** The collaborators of an {@link EndpointWorker}. */
export interface EndpointWorkerOptions {
  readonly log: DeliveryLog;
  readonly reader: ChangesReader;
  readonly selection: ChangeSelection;
  readonly sender: MessageSender;
  /** Limits the concurrent attempts of the tenant and of the process. */
  readonly semaphore: Semaphore;
  readonly config: HavenConfig['webhooks'];
  /** Called after each attempt. */
  onAttempt(result: AttemptResult): void;
}

/**
 * Delivers the messages of one endpoint: reads them from the feed, sends them in order, and writes the results to the
 * delivery log. An endpoint has at most one worker in all processes (see DeliveryDispatcher), so order and rate limits
 * need no coordination between processes.
 *
 * A worker is in one of these states:
 *
 * - RUNNING: `run` repeats a cycle. It starts the `feed` task and the `log` task if they have work, sends the READY
 *   messages of the queue as far as EndpointHealth and the semaphore allow, and sleeps until a task or an attempt ends,
 *   `notify` is called, or the next action is due.
 *     - The `feed` task reads the next page of the feed into the queue.
 *     - The `log` task does one thing at a time. It flushes results to the delivery log, requeues deliveries whose
 *       retry is due, or adds the next page of a requested replay to the log as due deliveries.
 * - IDLE: the worker is RUNNING, but has nothing to do, or the endpoint is paused for more than a second. If nothing
 *   wakes it within a second, it starts DRAINING, so that another process can claim the endpoint.
 * - DRAINING: the signal was aborted, the endpoint is to be disabled, or the worker was IDLE. Nothing new is sent, and
 *   `notify` returns false. Attempts in flight get a second to end. Attempts that take longer are aborted and not
 *   recorded, so the next worker sends their messages again.
 * - ENDED: the last results were flushed. `run` returns the reason if the endpoint is to be disabled.
 *
 * An error in a task or in `deliver` ends the worker: `run` throws it, and the dispatcher starts another one.
 */
export class EndpointWorker extends TaskLoop {
  private readonly webhook: Webhook;
  private readonly queue: DeliveryQueue<QueuedMessage>;
  private readonly recorder: DeliveryRecorder;
  private readonly health: EndpointHealth;
  private readonly source: FeedSource;
  private readonly onSlotFree = (): void => this.wake();
  private readonly abortAttempts = new AbortController();
  private readonly inFlight = new Set<Promise<void>>();
  private mayBeDue = true;
  private dirtySince: number | undefined;
  private isDraining = false;

  constructor(
    private readonly caller: Caller,
    state: EndpointState,
    private readonly options: EndpointWorkerOptions,
  ) {
    super();
    const { webhook, position, logged, blocked, failingSince, pausedUntil } = state;
    const { concurrency, disableAfter } = options.config;
    this.webhook = webhook;
    this.queue = new DeliveryQueue(position, new Set(logged), blocked);
    const { rate } = webhook;
    this.health = new EndpointHealth({ failingSince, pausedUntil, concurrency, rate, disableAfter });
    this.recorder = new DeliveryRecorder(options.log, caller, state, this.queue, this.health);
    this.source = new FeedSource(caller, webhook, options.reader, options.selection, this.queue);
  }

  /**
   * Reports that the feed may have grown, or that deliveries may have become due. Returns false if this worker will not
   * process them.
   */
  notify(): boolean {
    this.source.notify();
    this.mayBeDue = true;
    this.wake();
    return !this.isDraining;
  }

  /**
   * Delivers until there is nothing to do or the signal is aborted. Returns the reason if the endpoint is to be
   * disabled.
   */
  async run(signal: AbortSignal): Promise<string | undefined> {
    const stop = (): void => this.wake();
    signal.addEventListener('abort', stop);
    try {
      while (!signal.aborted && this.health.problem === undefined) {
        this.startTask('log', this.nextLogTask());
        this.startTask('feed', this.source.delay() === 0 ? () => this.readFeed() : undefined);
        const sendDelay = this.sendReady();
        const isIdle = this.isIdle();
        const woken = await this.sleep(
          Math.min(sendDelay, this.timeUntilFlush(), this.timeUntilRead(), IDLE_TIMEOUT_MS),
        );
        if (isIdle && !woken) break;
      }
      this.isDraining = true;
      await Promise.race([Promise.all(this.inFlight), delay(SHUTDOWN_GRACE_MS, undefined, { ref: false })]);
      this.abortAttempts.abort();
      await this.tasksSettled();
      if (this.recorder.isDirty) await this.recorder.flush();
      return this.health.problem;
    } finally {
      this.abortAttempts.abort();
      signal.removeEventListener('abort', stop);
      await Promise.all(this.inFlight);
    }
  }

  /** Only one log task runs at a time, so that no flush changes deliveries between reading and requeueing them. */
  private nextLogTask(): (() => Promise<void>) | undefined {
    if (this.timeUntilFlush() === 0) return () => this.flush();
    if (this.mayBeDue && this.recorder.requeued < MAX_REQUEUED && !this.isPaused) return () => this.requeueDue();
    if (this.recorder.replay && this.recorder.requeued === 0) return () => this.logReplay();
    return undefined;
  }

  private async flush(): Promise<void> {
    this.dirtySince = undefined;
    if ((await this.recorder.flush()) === 'some due') this.mayBeDue = true;
  }

  private async requeueDue(): Promise<void> {
    this.mayBeDue = false;
    const due = await this.recorder.due(MAX_REQUEUED);
    if (due.size === 0) return;
    if (due.size === MAX_REQUEUED) this.mayBeDue = true;
    const messages = await this.source.reload(new Map([...due].map(([seq, { failures }]) => [seq, failures])));
    for (const message of messages) if (!this.queue.requeue(message)) this.recorder.release(message.seq);
    this.recorder.markDead(due, messages);
  }

  private async logReplay(): Promise<void> {
    const { replay } = this.recorder;
    if (!replay) return;
    const { messages, to } = await this.source.replay(replay);
    this.recorder.recordReplay(to, messages);
    await this.flush();
  }

  private async readFeed(): Promise<void> {
    this.recorder.hold(await this.source.readNext());
  }

  /** Sends READY messages as far as the limits allow. Returns the milliseconds until the next one may be sent. */
  private sendReady(): number {
    while (this.queue.hasReady) {
      const wait = this.health.delay();
      if (wait > 0) return wait;
      if (!this.options.semaphore.tryAcquire(this.onSlotFree)) return Infinity;
      const queued = this.queue.next();
      if (!queued) return Infinity;
      this.health.onAttemptStarted();
      const delivery: Promise<void> = this.deliver(queued).finally(() => this.inFlight.delete(delivery));
      this.inFlight.add(delivery);
    }
    return Infinity;
  }

  private async deliver(queued: QueuedMessage): Promise<void> {
    try {
      const message = messageOf(this.caller, queued.eventId, queued.change, this.webhook.payload);
      const attempt = await this.options.sender.send(this.webhook, message, this.abortAttempts.signal);
      if (!this.abortAttempts.signal.aborted) this.recordAttempt(queued, attempt);
    } catch (error) {
      this.fail(error);
    } finally {
      this.options.semaphore.release();
      this.wake();
    }
  }

  private recordAttempt(queued: QueuedMessage, attempt: SentAttempt): void {
    const result = classifyResponse(attempt.response);
    this.options.onAttempt(result);
    if (this.health.onAttemptEnded(result, attempt.at, attempt.response.retryAfterMs)) this.recorder.markRecovered();
    const outcome = decideOutcome(queued, attempt, result, this.options.config);
    if (outcome.state === 'retrying') this.recorder.hold(this.queue.failed(queued));
    else this.queue.delivered(queued);
    this.recorder.record(queued, outcome);
    this.dirtySince ??= performance.now();
  }

  /** Whether the worker has nothing to do, or has to wait for the endpoint. */
  private isIdle(): boolean {
    if (this.inFlight.size > 0 || this.isRunning() || this.recorder.size > 0) return false;
    if (this.isPaused) return true;
    return this.queue.isEmpty && this.source.isUpToDate && !this.mayBeDue && !this.recorder.replay;
  }

  /** Whether nothing may be sent for so long that the worker should end. */
  private get isPaused(): boolean {
    return this.inFlight.size === 0 && this.health.delay() > IDLE_TIMEOUT_MS;
  }

  private timeUntilFlush(): number {
    if (!this.recorder.isDirty || this.isRunning('log')) return Infinity;
    if (this.recorder.size >= FLUSH_SIZE) return 0;
    this.dirtySince ??= performance.now();
    return Math.max(0, this.dirtySince + FLUSH_DELAY_MS - performance.now());
  }

  private timeUntilRead(): number {
    return this.isRunning('feed') ? Infinity : this.source.delay();
  }
}
