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

/** Instead of an answer, where there is nothing to send any more. */
const GONE = 'the change is no longer kept, or no longer among those of the webhook';

/** Somebody else has begun to work on the lane. */
export class ClaimLost extends Error {}

/** What an attempt has made of a change. */
export interface AttemptOutcome {
  readonly state: DeliveryState;
  readonly attempt: Attempt;
  readonly failures: number;
  readonly dueAt: string | null;
}

/** Gathers what happens on a lane and writes it, one entry after the other, with how far the lane has come by that. */
export class DeliveryRecorder {
  replay: FeedRange | null;

  private created: NewDeliveryRow[] = [];
  private held: QueuedMessage[] = [];
  private retried: RetriedDeliveryRow[] = [];
  private unblocked = new Set<string>();
  private hasRecovered = false;
  private replayed: DeliveryBatch['replayed'];
  /** Changes out of the log that are on the way, or whose result is not written yet. */
  private readonly requeuedSeqs = new Set<number>();
  private written: number;

  constructor(
    private readonly log: DeliveryLog,
    private readonly caller: Caller,
    private readonly start: EndpointState,
    private readonly queue: DeliveryQueue<QueuedMessage>,
    private readonly health: EndpointHealth,
  ) {
    this.replay = start.replay;
    this.written = start.position;
  }

  /** What is due and not on the way. */
  async due(limit: number): Promise<ReadonlyMap<number, DueDelivery>> {
    const { due, replay } = await this.log.due(this.caller, this.start.webhook, limit, [...this.requeuedSeqs]);
    this.replay = replay;
    for (const { seq } of due) this.requeuedSeqs.add(seq);
    return new Map(due.map((each) => [each.seq, each]));
  }

  /** A change that was due is not sent now. */
  release(seq: number): void {
    this.requeuedSeqs.delete(seq);
  }

  /** What was due and is not among these is no longer kept, or no longer the webhook's: it is given up. */
  markDead(due: ReadonlyMap<number, DueDelivery>, items: readonly QueuedMessage[]): void {
    const kept = new Set(items.map(({ seq }) => seq));
    const attempt = { at: new Date().toISOString(), status: null, error: GONE, durationMs: 0, excerpt: null };
    for (const { seq, recordId, failures } of due.values()) {
      if (kept.has(seq)) continue;
      this.retried.push({ seq, state: 'dead', attempt, failures, dueAt: null });
      this.unblocked.add(this.start.webhook.order === 'perRecord' ? recordId : String(seq));
    }
  }

  /** How many changes out of the log are on the way. */
  get requeued(): number {
    return this.requeuedSeqs.size;
  }

  /** A change was tried. What is over with, as to the log, lets the next of its record go. */
  record(item: QueuedMessage, outcome: AttemptOutcome): void {
    const { state, attempt, failures, dueAt } = outcome;
    if (item.failures === null) {
      this.created.push(toDeliveryRow(item, state, { attempts: [attempt], failures, dueAt }));
      return;
    }
    this.retried.push({ seq: item.seq, state, attempt, failures, dueAt });
    if (state !== 'retrying') this.unblocked.add(item.key);
  }

  /** Changes wait behind an earlier one of their record. */
  hold(items: readonly QueuedMessage[]): void {
    this.held.push(...items);
  }

  /** The receiver is back: what waits for its time has waited enough. */
  markRecovered(): void {
    this.hasRecovered = true;
  }

  /** A part of the feed was looked at for the replay. */
  recordReplay(to: number, items: readonly QueuedMessage[]): void {
    const dueAt = new Date().toISOString();
    const rows = items.map((item) => toDeliveryRow(item, 'retrying', { dueAt }));
    if (this.replay) this.replayed = { from: this.replay.after, to, rows };
  }

  /** Whether there is anything to write. */
  get isDirty(): boolean {
    const { created: fresh, held, retried } = this;
    return fresh.length + held.length + retried.length > 0 || this.hasRecovered || this.queue.position > this.written;
  }

  /** How many rows wait to be written. */
  get size(): number {
    return this.created.length + this.held.length + this.retried.length;
  }

  /** Writes what there is, and answers whether something may be due because of it; fails with {@link ClaimLost} when the lane is another's. */
  async flush(): Promise<'some due' | 'done'> {
    const unblocked = [...this.unblocked];
    const entry = this.takeBatch();
    const written = await this.log.append(this.caller, this.start.webhook.id, this.start.epoch, entry);
    if (!written) throw new ClaimLost();
    this.written = entry.position;
    this.replay = written.replay;
    for (const { seq } of entry.retried) this.requeuedSeqs.delete(seq);
    for (const key of unblocked) {
      if (!written.blocked.has(key)) this.queue.unblock(key, this.takeHeld(key));
    }
    return written.blocked.size > 0 || entry.hasRecovered || entry.replayed ? 'some due' : 'done';
  }

  private takeBatch(): DeliveryBatch {
    this.queue.settle(this.held); // they stand in the log with this entry
    const held = this.held.map((item) => toDeliveryRow(item, 'held'));
    const entry = {
      position: this.queue.position,
      failingSince: this.health.failingSince,
      pausedUntil: this.health.pausedUntil,
      created: [...this.created, ...held],
      retried: this.retried,
      unblocked: this.start.webhook.order === 'perRecord' ? [...this.unblocked] : [],
      hasRecovered: this.hasRecovered,
      replayed: this.replayed,
    };
    this.created = [];
    this.held = [];
    this.retried = [];
    this.unblocked = new Set();
    this.hasRecovered = false;
    this.replayed = undefined;
    return entry;
  }

  private takeHeld(key: string): QueuedMessage[] {
    const mine = this.held.filter((item) => item.key === key);
    this.held = this.held.filter((item) => item.key !== key);
    return mine;
  }
}
