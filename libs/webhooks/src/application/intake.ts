import type { ChangesReader, NumberedChange, Selection } from '@haven/changes';
import type { Caller } from '@haven/kernel';

import type { Range } from '../domain/lane-log.js';
import type { LineUp } from '../domain/line-up.js';
import type { Webhook } from '../domain/webhook.js';
import { itemOf } from './lane-item.js';
import type { LaneItem } from './lane-item.js';

/** Changes are read ahead while fewer than this are here, and until so many lie between the first unsettled and the last. */
const AHEAD = 200;
const SPAN = 20_000;
const READING = 100;

/** When so many records have failed, the rest waits in the feed; once a minute one more is tried. */
const FAILING = 1_000;
const PROBE_MS = 60_000;

/** Reads what a webhook is for: the feed on from where its lane has come, a part of it again, or single changes. */
export class Intake {
  private mayHaveMore = true;
  private probedAt = -Infinity;

  constructor(
    private readonly caller: Caller,
    private readonly webhook: Webhook,
    private readonly reader: ChangesReader,
    private readonly selection: Selection,
    private readonly lineUp: LineUp<LaneItem>,
  ) {}

  /** There may be more in the feed. */
  news(): void {
    this.mayHaveMore = true;
  }

  /** Whether the feed was read to its end. */
  get isDone(): boolean {
    return !this.mayHaveMore;
  }

  /** In how many milliseconds more may be read; Infinity: when some of what is here is settled, or there is news. */
  wait(): number {
    const { size, span, failing } = this.lineUp;
    if (!this.mayHaveMore || size >= AHEAD || span >= SPAN) return Infinity;
    return failing < FAILING ? 0 : Math.max(0, this.probedAt + PROBE_MS - performance.now());
  }

  /** Takes the next changes into the line-up; answers those that are to be held, since one before them has failed. */
  async readOn(): Promise<LaneItem[]> {
    const isProbe = this.lineUp.failing >= FAILING;
    if (isProbe) this.probedAt = performance.now();
    this.mayHaveMore = false; // what is told from now on is news
    const { changes, position, more } = await this.read(this.lineUp.end, isProbe ? 1 : READING);
    const held = this.itemsOf(changes).filter((item) => this.lineUp.take(item) === 'held');
    this.lineUp.passed(position);
    this.mayHaveMore ||= more;
    return held;
  }

  /** The next changes of a range, and up to where that is. */
  async replay({ after, until }: Range): Promise<{ items: LaneItem[]; to: number }> {
    const { changes, position, more } = await this.read(after, READING);
    const items = this.itemsOf(changes.filter(({ seq }) => seq <= until));
    return { items, to: more ? Math.min(position, until) : until };
  }

  /** The changes of these numbers, each with how often it has failed; those that are no longer kept are missing. */
  async again(failures: ReadonlyMap<number, number>): Promise<LaneItem[]> {
    const changes = await this.reader.at(this.selection, [...failures.keys()]);
    return changes.map((each) => itemOf(this.caller, each, this.webhook.order, failures.get(each.seq) ?? 0));
  }

  private read(after: number, limit: number) {
    return this.reader.read(this.selection, after, limit);
  }

  private itemsOf(changes: readonly NumberedChange[]): LaneItem[] {
    const types: readonly string[] | null = this.webhook.types;
    return changes
      .filter(({ change }) => types === null || types.includes(change.type))
      .map((each) => itemOf(this.caller, each, this.webhook.order));
  }
}
