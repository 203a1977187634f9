import { setTimeout as delay } from 'node:timers/promises';

import type { ChangesReader, Selection } from '@haven/changes';
import type { HavenConfig } from '@haven/config';
import type { Caller } from '@haven/kernel';

import type { LaneLog, LaneStart } from '../domain/lane-log.js';
import { LineUp } from '../domain/line-up.js';
import { Receiver } from '../domain/receiver.js';
import { resultOf } from '../domain/result.js';
import type { Result } from '../domain/result.js';
import type { Slots } from '../domain/slots.js';
import type { Webhook } from '../domain/webhook.js';
import { Intake } from './intake.js';
import type { LaneItem } from './lane-item.js';
import { Ledger } from './ledger.js';
import { messageOf } from './message.js';
import type { Sender, Sent } from './sender.js';
import { Wakeful } from './wakeful.js';
import { verdictOf } from './verdict.js';

/** So many changes out of the log are on the way at most. */
const RETAKEN = 100;

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
  private readonly intake: Intake;
  private readonly onRoom = (): void => this.wake();
  private readonly sending = new AbortController();
  private readonly underway = new Set<Promise<void>>();
  private mayBeDue = true;
  private dirtySince: number | undefined;
  private isOver = false;

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
    this.intake = new Intake(caller, webhook, parts.reader, parts.selection, this.lineUp);
  }

  /** There may be more in the feed, or something due; false if it is too late for this lane to see to it. */
  news(): boolean {
    this.intake.news();
    this.mayBeDue = true;
    this.wake();
    return !this.isOver;
  }

  /** Goes on until there is nothing left to do, or the signal; answers why Haven gives up on the webhook, if it does. */
  async run(signal: AbortSignal): Promise<string | undefined> {
    const stop = (): void => this.wake();
    signal.addEventListener('abort', stop);
    try {
      while (!signal.aborted && this.receiver.problem === undefined) {
        this.task('log', this.logWork());
        this.task('feed', this.intake.wait() === 0 ? () => this.readOn() : undefined);
        const pace = this.sendReady();
        const isIdle = this.isIdle();
        const woken = await this.rest(Math.min(pace, this.untilWrite(), this.untilReading(), LINGER_MS));
        if (isIdle && !woken) break;
      }
      this.isOver = true;
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
    if (this.mayBeDue && this.ledger.retaken < RETAKEN && !this.isPaused) return () => this.takeDue();
    if (this.ledger.replay && this.ledger.retaken === 0) return () => this.takeReplay();
    return undefined;
  }

  private async write(): Promise<void> {
    this.dirtySince = undefined;
    if ((await this.ledger.write()) === 'some due') this.mayBeDue = true;
  }

  private async takeDue(): Promise<void> {
    this.mayBeDue = false;
    const due = await this.ledger.due(RETAKEN);
    if (due.size === 0) return;
    if (due.size === RETAKEN) this.mayBeDue = true;
    const items = await this.intake.again(new Map([...due].map(([seq, { failures }]) => [seq, failures])));
    for (const item of items) if (!this.lineUp.retake(item)) this.ledger.putBack(item.seq);
    this.ledger.bury(due, items);
  }

  private async takeReplay(): Promise<void> {
    const { replay } = this.ledger;
    if (!replay) return;
    const { items, to } = await this.intake.replay(replay);
    this.ledger.replayedThrough(to, items);
    await this.write();
  }

  private async readOn(): Promise<void> {
    this.ledger.hold(await this.intake.readOn());
  }

  /** Sends what is ready as far as there is room; answers in how many milliseconds there may be more. */
  private sendReady(): number {
    while (this.lineUp.hasReady) {
      const wait = this.receiver.wait();
      if (wait > 0) return wait;
      if (!this.parts.slots.take(this.onRoom)) return Infinity;
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
  private isIdle(): boolean {
    if (this.underway.size > 0 || this.isDoing() || this.ledger.size > 0) return false;
    if (this.isPaused) return true;
    return this.lineUp.isEmpty && this.intake.isDone && !this.mayBeDue && !this.ledger.replay;
  }

  /** The receiver is to be left alone for so long that another may see to it then. */
  private get isPaused(): boolean {
    return this.underway.size === 0 && this.receiver.wait() > LINGER_MS;
  }

  private untilWrite(): number {
    if (!this.ledger.isDirty || this.isDoing('log')) return Infinity;
    if (this.ledger.size >= GATHER) return 0;
    this.dirtySince ??= performance.now();
    return Math.max(0, this.dirtySince + GATHER_MS - performance.now());
  }

  private untilReading(): number {
    return this.isDoing('feed') ? Infinity : this.intake.wait();
  }
}
