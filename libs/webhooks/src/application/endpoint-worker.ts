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

/** So many changes out of the log are on the way at most. */
const MAX_REQUEUED = 100;

/** Results are gathered for so long, or until there are so many. */
const FLUSH_DELAY_MS = 20;
const FLUSH_SIZE = 100;

/** A lane with nothing to do is given up after so long, so that another process may have it. */
const IDLE_TIMEOUT_MS = 1_000;

/** What is under way when a lane is to end may take so long. */
const SHUTDOWN_GRACE_MS = 1_000;

/** What a lane is made of. */
export interface EndpointWorkerOptions {
  readonly log: DeliveryLog;
  readonly reader: ChangesReader;
  readonly selection: ChangeSelection;
  readonly sender: MessageSender;
  readonly slots: Semaphore;
  readonly config: HavenConfig['webhooks'];
  /** Hears of each attempt. */
  attempted(result: AttemptResult): void;
}

/**
 * Delivers to one webhook: reads the feed on from where it stands, sends what comes in its order, and logs what became of it. It
 * is the only one that does, in all processes, so order and pace need no agreement.
 */
export class EndpointWorker extends TaskLoop {
  private readonly webhook: Webhook;
  private readonly queue: DeliveryQueue<QueuedMessage>;
  private readonly recorder: DeliveryRecorder;
  private readonly health: EndpointHealth;
  private readonly source: FeedSource;
  private readonly onSlotFree = (): void => this.wake();
  private readonly sending = new AbortController();
  private readonly inFlight = new Set<Promise<void>>();
  private mayBeDue = true;
  private dirtySince: number | undefined;
  private isOver = false;

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

  /** There may be more in the feed, or something due; false if it is too late for this lane to see to it. */
  notify(): boolean {
    this.source.notify();
    this.mayBeDue = true;
    this.wake();
    return !this.isOver;
  }

  /** Goes on until there is nothing left to do, or the signal; answers why Haven gives up on the webhook, if it does. */
  async run(signal: AbortSignal): Promise<string | undefined> {
    const stop = (): void => this.wake();
    signal.addEventListener('abort', stop);
    try {
      while (!signal.aborted && this.health.problem === undefined) {
        this.startTask('log', this.nextLogTask());
        this.startTask('feed', this.source.delay() === 0 ? () => this.readFeed() : undefined);
        const pace = this.sendReady();
        const isIdle = this.isIdle();
        const woken = await this.sleep(Math.min(pace, this.timeUntilFlush(), this.timeUntilRead(), IDLE_TIMEOUT_MS));
        if (isIdle && !woken) break;
      }
      this.isOver = true;
      await Promise.race([Promise.all(this.inFlight), delay(SHUTDOWN_GRACE_MS, undefined, { ref: false })]);
      this.sending.abort();
      await this.tasksSettled();
      if (this.recorder.isDirty) await this.recorder.flush();
      return this.health.problem;
    } finally {
      this.sending.abort();
      signal.removeEventListener('abort', stop);
      await Promise.all(this.inFlight);
    }
  }

  /** One thing at a time is done in the log: what was looked up there must not be overtaken by what is written. */
  private nextLogTask(): (() => Promise<void>) | undefined {
    if (this.timeUntilFlush() === 0) return () => this.flush();
    if (this.mayBeDue && this.recorder.requeued < MAX_REQUEUED && !this.isPaused) return () => this.requeueDue();
    if (this.recorder.replay && this.recorder.requeued === 0) return () => this.enqueueReplay();
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
    const items = await this.source.reload(new Map([...due].map(([seq, { failures }]) => [seq, failures])));
    for (const item of items) if (!this.queue.requeue(item)) this.recorder.release(item.seq);
    this.recorder.markDead(due, items);
  }

  private async enqueueReplay(): Promise<void> {
    const { replay } = this.recorder;
    if (!replay) return;
    const { items, to } = await this.source.replay(replay);
    this.recorder.recordReplay(to, items);
    await this.flush();
  }

  private async readFeed(): Promise<void> {
    this.recorder.hold(await this.source.readNext());
  }

  /** Sends what is ready as far as there is room; answers in how many milliseconds there may be more. */
  private sendReady(): number {
    while (this.queue.hasReady) {
      const wait = this.health.delay();
      if (wait > 0) return wait;
      if (!this.options.slots.tryAcquire(this.onSlotFree)) return Infinity;
      const item = this.queue.next();
      if (!item) return Infinity;
      this.health.onAttemptStarted();
      const sent: Promise<void> = this.deliver(item).finally(() => this.inFlight.delete(sent));
      this.inFlight.add(sent);
    }
    return Infinity;
  }

  private async deliver(item: QueuedMessage): Promise<void> {
    try {
      const message = messageOf(this.caller, item.eventId, item.change, this.webhook.payload);
      const sent = await this.options.sender.send(this.webhook, message, this.sending.signal);
      if (!this.sending.signal.aborted) this.recordAttempt(item, sent);
    } catch (error) {
      this.fail(error);
    } finally {
      this.options.slots.release();
      this.wake();
    }
  }

  private recordAttempt(item: QueuedMessage, sent: SentAttempt): void {
    const result = classifyResponse(sent.response);
    this.options.attempted(result);
    if (this.health.onAttemptEnded(result, sent.at, sent.response.retryAfterMs)) this.recorder.markRecovered();
    const verdict = decideOutcome(item, sent, result, this.options.config);
    if (verdict.state === 'retrying') this.recorder.hold(this.queue.failed(item));
    else this.queue.delivered(item);
    this.recorder.record(item, verdict);
    this.dirtySince ??= performance.now();
  }

  /** Nothing is here and nothing may come, or nothing may be sent for long. */
  private isIdle(): boolean {
    if (this.inFlight.size > 0 || this.isRunning() || this.recorder.size > 0) return false;
    if (this.isPaused) return true;
    return this.queue.isEmpty && this.source.isUpToDate && !this.mayBeDue && !this.recorder.replay;
  }

  /** The receiver is to be left alone for so long that another may see to it then. */
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
