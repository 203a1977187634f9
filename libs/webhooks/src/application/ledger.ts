import type { Caller } from '@haven/kernel';

import type { Attempt, DeliveryState } from '../domain/delivery.js';
import type { Due, Entry, FreshRow, LaneLog, LaneStart, Range, RetriedRow } from '../domain/lane-log.js';
import type { LineUp } from '../domain/line-up.js';
import type { Receiver } from '../domain/receiver.js';
import { rowOf } from './lane-item.js';
import type { LaneItem } from './lane-item.js';

/** Instead of an answer, where there is nothing to send any more. */
const GONE = 'the change is no longer kept, or no longer among those of the webhook';

/** Somebody else has begun to work on the lane. */
export class LaneLost extends Error {}

/** What an attempt has made of a change. */
export interface Verdict {
  readonly state: DeliveryState;
  readonly attempt: Attempt;
  readonly failures: number;
  readonly dueAt: string | null;
}

/** Gathers what happens on a lane and writes it, one entry after the other, with how far the lane has come by that. */
export class Ledger {
  replay: Range | null;

  private fresh: FreshRow[] = [];
  private held: LaneItem[] = [];
  private retried: RetriedRow[] = [];
  private released = new Set<string>();
  private hasRecovered = false;
  private replayed: Entry['replayed'];
  /** Changes out of the log that are on the way, or whose result is not written yet. */
  private readonly outOfLog = new Set<number>();
  private written: number;

  constructor(
    private readonly log: LaneLog,
    private readonly caller: Caller,
    private readonly start: LaneStart,
    private readonly lineUp: LineUp<LaneItem>,
    private readonly receiver: Receiver,
  ) {
    this.replay = start.replay;
    this.written = start.position;
  }

  /** What is due and not on the way. */
  async due(limit: number): Promise<ReadonlyMap<number, Due>> {
    const { due, replay } = await this.log.due(this.caller, this.start.webhook, limit, [...this.outOfLog]);
    this.replay = replay;
    for (const { seq } of due) this.outOfLog.add(seq);
    return new Map(due.map((each) => [each.seq, each]));
  }

  /** A change that was due is not sent now. */
  putBack(seq: number): void {
    this.outOfLog.delete(seq);
  }

  /** What was due and is not among these is no longer kept, or no longer the webhook's: it is given up. */
  bury(due: ReadonlyMap<number, Due>, items: readonly LaneItem[]): void {
    const kept = new Set(items.map(({ seq }) => seq));
    const attempt = { at: new Date().toISOString(), status: null, error: GONE, durationMs: 0, excerpt: null };
    for (const { seq, recordId, failures } of due.values()) {
      if (kept.has(seq)) continue;
      this.retried.push({ seq, state: 'dead', attempt, failures, dueAt: null });
      this.released.add(this.start.webhook.order === 'perRecord' ? recordId : String(seq));
    }
  }

  /** How many changes out of the log are on the way. */
  get retaken(): number {
    return this.outOfLog.size;
  }

  /** A change was tried. What is over with, as to the log, lets the next of its record go. */
  tried(item: LaneItem, verdict: Verdict): void {
    const { state, attempt, failures, dueAt } = verdict;
    if (item.failures === null) {
      this.fresh.push(rowOf(item, state, { attempts: [attempt], failures, dueAt }));
      return;
    }
    this.retried.push({ seq: item.seq, state, attempt, failures, dueAt });
    if (state !== 'retrying') this.released.add(item.key);
  }

  /** Changes wait behind an earlier one of their record. */
  hold(items: readonly LaneItem[]): void {
    this.held.push(...items);
  }

  /** The receiver is back: what waits for its time has waited enough. */
  recovered(): void {
    this.hasRecovered = true;
  }

  /** A part of the feed was looked at for the replay. */
  replayedThrough(to: number, items: readonly LaneItem[]): void {
    const dueAt = new Date().toISOString();
    const rows = items.map((item) => rowOf(item, 'retrying', { dueAt }));
    if (this.replay) this.replayed = { from: this.replay.after, to, rows };
  }

  /** Whether there is anything to write. */
  get isDirty(): boolean {
    const { fresh, held, retried } = this;
    return fresh.length + held.length + retried.length > 0 || this.hasRecovered || this.lineUp.position > this.written;
  }

  /** How many rows wait to be written. */
  get size(): number {
    return this.fresh.length + this.held.length + this.retried.length;
  }

  /** Writes what there is, and answers whether something may be due because of it; fails with {@link LaneLost} when the lane is another's. */
  async write(): Promise<'some due' | 'done'> {
    const released = [...this.released];
    const entry = this.take();
    const written = await this.log.enter(this.caller, this.start.webhook.id, this.start.epoch, entry);
    if (!written) throw new LaneLost();
    this.written = entry.position;
    this.replay = written.replay;
    for (const { seq } of entry.retried) this.outOfLog.delete(seq);
    for (const key of released) {
      if (!written.blocked.has(key)) this.lineUp.released(key, this.takeBack(key));
    }
    return written.blocked.size > 0 || entry.hasRecovered || entry.replayed ? 'some due' : 'done';
  }

  private take(): Entry {
    this.lineUp.settle(this.held); // they stand in the log with this entry
    const held = this.held.map((item) => rowOf(item, 'held'));
    const entry = {
      position: this.lineUp.position,
      failingSince: this.receiver.failingSince,
      pausedUntil: this.receiver.pausedUntil,
      fresh: [...this.fresh, ...held],
      retried: this.retried,
      released: this.start.webhook.order === 'perRecord' ? [...this.released] : [],
      hasRecovered: this.hasRecovered,
      replayed: this.replayed,
    };
    this.fresh = [];
    this.held = [];
    this.retried = [];
    this.released = new Set();
    this.hasRecovered = false;
    this.replayed = undefined;
    return entry;
  }

  private takeBack(key: string): LaneItem[] {
    const mine = this.held.filter((item) => item.key === key);
    this.held = this.held.filter((item) => item.key !== key);
    return mine;
  }
}
