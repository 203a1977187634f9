import type { Caller } from '@haven/kernel';

import type { Attempt, DeliveryState } from '../domain/delivery.js';
import type {
  DueDelivery,
  DeliveryBatch,
  NewDeliveryRow,
  DeliveryLog,
  EndpointState,
  FeedRange,
  RetriedDeliveryRow,
} from '../domain/delivery-log.js';
import type { DeliveryQueue } from '../domain/delivery-queue.js';
import type { EndpointHealth } from '../domain/endpoint-health.js';
import { toDeliveryRow } from './queued-message.js';
import type { QueuedMessage } from './queued-message.js';

/** Error of a delivery whose message cannot be sent any more. */
const NO_MESSAGE = 'the change is no longer stored, or no longer matches the webhook';

/** Thrown when another process has claimed the endpoint and thereby started a newer epoch. */
export class ClaimLost extends Error {}

/** State of a message after an attempt. */
export interface AttemptOutcome {
  readonly state: DeliveryState;
  readonly attempt: Attempt;
  readonly failures: number;
  readonly dueAt: string | null;
}

/**
 * Collects the results of an endpoint's worker and writes them to the delivery log in batches. Each batch also stores
 * the position in the feed that the worker has reached.
 */
export class DeliveryRecorder {
  replay: FeedRange | null;

  private created: NewDeliveryRow[] = [];
  private held: QueuedMessage[] = [];
  private retried: RetriedDeliveryRow[] = [];
  private unblocked = new Set<string>();
  private hasRecovered = false;
  private replayed: DeliveryBatch['replayed'];
  /** Positions of messages from the log that are queued or in flight, or whose result is not written yet. */
  private readonly requeuedSeqs = new Set<number>();
  private writtenPosition: number;

  constructor(
    private readonly log: DeliveryLog,
    private readonly caller: Caller,
    private readonly state: EndpointState,
    private readonly queue: DeliveryQueue<QueuedMessage>,
    private readonly health: EndpointHealth,
  ) {
    this.replay = state.replay;
    this.writtenPosition = state.position;
  }

  /** Returns deliveries that are due and have not been requeued yet, by position. */
  async due(limit: number): Promise<ReadonlyMap<number, DueDelivery>> {
    const { due, replay } = await this.log.due(this.caller, this.state.webhook, limit, [...this.requeuedSeqs]);
    this.replay = replay;
    for (const { seq } of due) this.requeuedSeqs.add(seq);
    return new Map(due.map((each) => [each.seq, each]));
  }

  /** Leaves a due delivery in the log, so that the next call of `due` returns it again. */
  release(seq: number): void {
    this.requeuedSeqs.delete(seq);
  }

  /** Marks a due delivery as dead if `messages` has no message for it, because there is nothing left to send. */
  markDead(due: ReadonlyMap<number, DueDelivery>, messages: readonly QueuedMessage[]): void {
    const available = new Set(messages.map(({ seq }) => seq));
    const attempt = { at: new Date().toISOString(), status: null, error: NO_MESSAGE, durationMs: 0, excerpt: null };
    for (const { seq, recordId, failures } of due.values()) {
      if (available.has(seq)) continue;
      this.retried.push({ seq, state: 'dead', attempt, failures, dueAt: null });
      this.unblocked.add(this.state.webhook.order === 'perRecord' ? recordId : String(seq));
    }
  }

  /** Number of messages from the log whose result is not written yet. */
  get requeued(): number {
    return this.requeuedSeqs.size;
  }

  /**
   * Records the outcome of an attempt. If a delivery from the log was delivered or is dead, the next one with the same
   * key is unblocked.
   */
  record(message: QueuedMessage, outcome: AttemptOutcome): void {
    const { state, attempt, failures, dueAt } = outcome;
    if (message.failures === null) {
      this.created.push(toDeliveryRow(message, state, { attempts: [attempt], failures, dueAt }));
      return;
    }
    this.retried.push({ seq: message.seq, state, attempt, failures, dueAt });
    if (state !== 'retrying') this.unblocked.add(message.key);
  }

  /** Records messages that wait for an earlier one with the same key. */
  hold(messages: readonly QueuedMessage[]): void {
    this.held.push(...messages);
  }

  /** Records that the endpoint has recovered, so that all its retries become due now. */
  markRecovered(): void {
    this.hasRecovered = true;
  }

  /** Records that the messages of the replay range up to position `to` are to be sent again. */
  recordReplay(to: number, messages: readonly QueuedMessage[]): void {
    const dueAt = new Date().toISOString();
    const rows = messages.map((message) => toDeliveryRow(message, 'retrying', { dueAt }));
    if (this.replay) this.replayed = { from: this.replay.after, to, rows };
  }

  /** Whether there is anything to write. */
  get isDirty(): boolean {
    return this.size > 0 || this.hasRecovered || this.queue.position > this.writtenPosition;
  }

  /** Number of rows to write. */
  get size(): number {
    return this.created.length + this.held.length + this.retried.length;
  }

  /**
   * Writes a batch. Returns `some due` if deliveries may have become due as a result. Throws {@link ClaimLost} if
   * another process has claimed the endpoint.
   */
  async flush(): Promise<'some due' | 'done'> {
    const unblocked = [...this.unblocked];
    const batch = this.takeBatch();
    const result = await this.log.append(this.caller, this.state.webhook.id, this.state.epoch, batch);
    if (!result) throw new ClaimLost();
    this.writtenPosition = batch.position;
    this.replay = result.replay;
    for (const { seq } of batch.retried) this.requeuedSeqs.delete(seq);
    for (const key of unblocked) {
      if (!result.blocked.has(key)) this.queue.unblock(key, this.takeHeld(key));
    }
    return result.blocked.size > 0 || batch.hasRecovered || batch.replayed ? 'some due' : 'done';
  }

  private takeBatch(): DeliveryBatch {
    this.queue.settle(this.held); // this batch writes them to the log
    const held = this.held.map((message) => toDeliveryRow(message, 'held'));
    const batch = {
      position: this.queue.position,
      failingSince: this.health.failingSince,
      pausedUntil: this.health.pausedUntil,
      created: [...this.created, ...held],
      retried: this.retried,
      unblocked: this.state.webhook.order === 'perRecord' ? [...this.unblocked] : [],
      hasRecovered: this.hasRecovered,
      replayed: this.replayed,
    };
    this.created = [];
    this.held = [];
    this.retried = [];
    this.unblocked = new Set();
    this.hasRecovered = false;
    this.replayed = undefined;
    return batch;
  }

  private takeHeld(key: string): QueuedMessage[] {
    const taken = this.held.filter((message) => message.key === key);
    this.held = this.held.filter((message) => message.key !== key);
    return taken;
  }
}
