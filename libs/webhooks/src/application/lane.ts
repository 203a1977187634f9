import { setTimeout as delay } from 'node:timers/promises';

import type { ChangesReader, Selection } from '@haven/changes';
import type { Caller } from '@haven/kernel';
import type { HavenConfig } from '@haven/platform';

import type { LaneLog, LaneStart } from '../domain/lane-log.js';
import { LineUp } from '../domain/line-up.js';
import { Receiver } from '../domain/receiver.js';
import { resultOf } from '../domain/result.js';
import type { Result } from '../domain/result.js';
import type { Slots } from '../domain/slots.js';
import type { Webhook } from '../domain/webhook.js';
import { itemOf } from './lane-item.js';
import type { LaneItem } from './lane-item.js';
import { Ledger } from './ledger.js';
import { messageOf } from './message.js';
import type { Sender, Sent } from './sender.js';
import { Wakeful } from './wakeful.js';
import { verdictOf } from './verdict.js';

/** Changes are read ahead while fewer than this are here, and until so many lie between the first unsettled and the last. */
const AHEAD = 200;
const SPAN = 20_000;
const READING = 100;

/** When so many records have failed, the rest waits in the feed; once a minute one more is tried. */
const FAILING = 1_000;
const PROBE_MS = 60_000;

/** Results are gathered for so long, or until there are so many. */
const GATHER_MS = 20;
const GATHER = 100;

/** A lane with nothing to do is given up after so long, so that another process may have it. */
const LINGER_MS = 1_000;

/** What is under way when a lane is to end may take so long. */
const GRACE_MS = 1_000;

/** What a lane is made of. */
export interface LaneParts {
  readonly log: LaneLog;
  readonly reader: ChangesReader;
  readonly selection: Selection;
  readonly sender: Sender;
  readonly slots: Slots;
  readonly config: HavenConfig['webhooks'];
  /** Hears of each attempt. */
  attempted(result: Result): void;
}

/**
 * Delivers to one webhook: reads the feed on from where it stands, sends what comes in its order, and logs what became of it. It
 * is the only one that does, in all processes, so order and pace need no agreement.
 */
export class Lane extends Wakeful {
  private readonly webhook: Webhook;
  private readonly lineUp: LineUp<LaneItem>;
  private readonly ledger: Ledger;
  private readonly receiver: Receiver;
  private readonly sending = new AbortController();
  private readonly underway = new Set<Promise<void>>();
  private mayHaveMore = true;
  private mayBeDue = true;
  private dirtySince: number | undefined;
  private probedAt = -Infinity;

  constructor(
    private readonly caller: Caller,
    start: LaneStart,
    private readonly parts: LaneParts,
  ) {
    super();
    const { webhook, position, logged, blocked, failingSince, pausedUntil } = start;
    const { concurrency, disableAfter } = parts.config;
    this.webhook = webhook;
    this.lineUp = new LineUp(position, new Set(logged), blocked);
    const { rate } = webhook;
    this.receiver = new Receiver({ failingSince, pausedUntil, concurrency, rate, disableAfter });
    this.ledger = new Ledger(parts.log, caller, start, this.lineUp, this.receiver);
  }

  /** There may be more in the feed, or something due. */
  news(): void {
    this.mayHaveMore = true;
    this.mayBeDue = true;
    this.wake();
  }

  /** Goes on until there is nothing left to do, or the signal; answers why Haven gives up on the webhook, if it does. */
  async run(signal: AbortSignal): Promise<string | undefined> {
    const stop = (): void => this.wake();
    signal.addEventListener('abort', stop);
    try {
      while (!signal.aborted && this.receiver.problem === undefined) {
        this.task('log', this.logWork());
        this.task('feed', this.mayRead() ? () => this.readOn() : undefined);
        const pace = this.sendReady();
        const isIdle = this.isIdle(pace);
        const woken = await this.rest(Math.min(pace, this.untilWrite(), this.untilProbe(), LINGER_MS));
        if (isIdle && !woken) break;
      }
      await Promise.race([Promise.all(this.underway), delay(GRACE_MS, undefined, { ref: false })]);
      this.sending.abort();
      await this.tasksDone();
      if (this.ledger.isDirty) await this.ledger.write();
      return this.receiver.problem;
    } finally {
      this.sending.abort();
      signal.removeEventListener('abort', stop);
      await Promise.all(this.underway);
    }
  }

  /** One thing at a time is done in the log: what was looked up there must not be overtaken by what is written. */
  private logWork(): (() => Promise<void>) | undefined {
    if (this.untilWrite() === 0) return () => this.write();
    if (this.mayBeDue && this.receiver.wait() < LINGER_MS) return () => this.takeDue();
    if (this.ledger.replay && this.ledger.retaken === 0) return () => this.takeReplay();
    return undefined;
  }

  private async write(): Promise<void> {
    this.dirtySince = undefined;
    await this.ledger.write();
    this.mayBeDue = true;
  }

  private async takeDue(): Promise<void> {
    this.mayBeDue = false;
    const due = await this.ledger.due(READING);
    if (due.size === 0) return;
    const changes = await this.parts.reader.at(this.parts.selection, [...due.keys()]);
    for (const each of changes) {
      const item = itemOf(this.caller, each, this.webhook.order, due.get(each.seq)?.failures ?? 0);
      if (!this.lineUp.retake(item)) this.ledger.putBack(each.seq);
    }
    this.ledger.bury(due, changes);
  }

  private async takeReplay(): Promise<void> {
    const { replay } = this.ledger;
    if (!replay) return;
    const { changes, position, more } = await this.parts.reader.read(this.parts.selection, replay.after, READING);
    const mine = changes.filter(({ seq, change }) => seq <= replay.until && this.concerns(change.type));
    const to = more ? Math.min(position, replay.until) : replay.until;
    this.ledger.replayedThrough(
      to,
      mine.map((each) => itemOf(this.caller, each, this.webhook.order)),
    );
    await this.write();
  }

  private mayRead(): boolean {
    const { size, span, failing } = this.lineUp;
    if (!this.mayHaveMore || size >= AHEAD || span >= SPAN) return false;
    return failing < FAILING || this.untilProbe() === 0;
  }

  private async readOn(): Promise<void> {
    const isProbe = this.lineUp.failing >= FAILING;
    if (isProbe) this.probedAt = performance.now();
    const { reader, selection } = this.parts;
    this.mayHaveMore = false; // what is told from now on is news
    const { changes, position, more } = await reader.read(selection, this.lineUp.end, isProbe ? 1 : READING);
    for (const each of changes) {
      if (!this.concerns(each.change.type)) continue;
      const item = itemOf(this.caller, each, this.webhook.order);
      if (this.lineUp.take(item) === 'held') this.ledger.hold([item]);
    }
    this.lineUp.passed(position);
    this.mayHaveMore ||= more;
  }

  private concerns(type: string): boolean {
    return this.webhook.types === null || (this.webhook.types as readonly string[]).includes(type);
  }

  /** Sends what is ready as far as there is room; answers in how many milliseconds there may be more. */
  private sendReady(): number {
    while (this.lineUp.hasReady) {
      const wait = this.receiver.wait();
      if (wait > 0) return wait;
      if (!this.parts.slots.take(() => this.wake())) return Infinity;
      const item = this.lineUp.next();
      if (!item) return Infinity;
      this.receiver.begin();
      const sent: Promise<void> = this.deliver(item).finally(() => this.underway.delete(sent));
      this.underway.add(sent);
    }
    return Infinity;
  }

  private async deliver(item: LaneItem): Promise<void> {
    try {
      const message = messageOf(this.caller, item.eventId, item.change, this.webhook.payload);
      const sent = await this.parts.sender.send(this.webhook, message, this.sending.signal);
      if (!this.sending.signal.aborted) this.judge(item, sent);
    } catch (error) {
      this.fail(error);
    } finally {
      this.parts.slots.give();
      this.wake();
    }
  }

  private judge(item: LaneItem, sent: Sent): void {
    const result = resultOf(sent.outcome);
    this.parts.attempted(result);
    if (this.receiver.ended(result, sent.at, sent.outcome.retryAfterMs)) this.ledger.recovered();
    const verdict = verdictOf(item, sent, result, this.parts.config);
    if (verdict.state === 'retrying') this.ledger.hold(this.lineUp.failed(item));
    else this.lineUp.delivered(item);
    this.ledger.tried(item, verdict);
    this.dirtySince ??= performance.now();
  }

  /** Nothing is here and nothing may come, or nothing may be sent for long. */
  private isIdle(pace: number): boolean {
    if (this.underway.size > 0 || this.isDoing() || this.ledger.size > 0) return false;
    if (pace !== Infinity && pace > LINGER_MS) return true;
    return this.lineUp.isEmpty && !this.mayHaveMore && !this.mayBeDue && !this.ledger.replay;
  }

  private untilWrite(): number {
    if (!this.ledger.isDirty || this.isDoing('log')) return Infinity;
    if (this.ledger.size >= GATHER) return 0;
    this.dirtySince ??= performance.now();
    return Math.max(0, this.dirtySince + GATHER_MS - performance.now());
  }

  private untilProbe(): number {
    if (this.lineUp.failing < FAILING || !this.mayHaveMore || this.isDoing('feed')) return Infinity;
    return Math.max(0, this.probedAt + PROBE_MS - performance.now());
  }
}
