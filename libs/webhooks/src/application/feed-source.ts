import type { ChangesReader, NumberedChange, ChangeSelection } from '@haven/changes';
import type { Caller } from '@haven/kernel';

import type { FeedRange } from '../domain/delivery-log.js';
import type { DeliveryQueue } from '../domain/delivery-queue.js';
import type { Webhook } from '../domain/webhook.js';
import { toQueuedMessage } from './queued-message.js';
import type { QueuedMessage } from './queued-message.js';

/** Changes are read ahead while fewer than this are here, and until so many lie between the first unsettled and the last. */
const READ_AHEAD = 200;
const MAX_SPAN = 20_000;
const PAGE_SIZE = 100;

/** When so many records have failed, the rest waits in the feed; once a minute one more is tried. */
const MAX_FAILING = 1_000;
const PROBE_MS = 60_000;

/** Reads what a webhook is for: the feed on from where its lane has come, a part of it again, or single changes. */
export class FeedSource {
  private mayHaveMore = true;
  private probedAt = -Infinity;

  constructor(
    private readonly caller: Caller,
    private readonly webhook: Webhook,
    private readonly reader: ChangesReader,
    private readonly selection: ChangeSelection,
    private readonly queue: DeliveryQueue<QueuedMessage>,
  ) {}

  /** There may be more in the feed. */
  notify(): void {
    this.mayHaveMore = true;
  }

  /** Whether the feed was read to its end. */
  get isUpToDate(): boolean {
    return !this.mayHaveMore;
  }

  /** In how many milliseconds more may be read; Infinity: when some of what is here is settled, or there is news. */
  delay(): number {
    const { size, span, failing } = this.queue;
    if (!this.mayHaveMore || size >= READ_AHEAD || span >= MAX_SPAN) return Infinity;
    return failing < MAX_FAILING ? 0 : Math.max(0, this.probedAt + PROBE_MS - performance.now());
  }

  /** Takes the next changes into the line-up; answers those that are to be held, since one before them has failed. */
  async readNext(): Promise<QueuedMessage[]> {
    const isProbe = this.queue.failing >= MAX_FAILING;
    if (isProbe) this.probedAt = performance.now();
    this.mayHaveMore = false; // what is told from now on is news
    const { changes, position, more } = await this.read(this.queue.end, isProbe ? 1 : PAGE_SIZE);
    const held = this.itemsOf(changes).filter((item) => this.queue.enqueue(item) === 'held');
    this.queue.advanceTo(position);
    this.mayHaveMore ||= more;
    return held;
  }

  /** The next changes of a range, and up to where that is. */
  async replay({ after, until }: FeedRange): Promise<{ items: QueuedMessage[]; to: number }> {
    const { changes, position, more } = await this.read(after, PAGE_SIZE);
    const items = this.itemsOf(changes.filter(({ seq }) => seq <= until));
    return { items, to: more ? Math.min(position, until) : until };
  }

  /** The changes of these numbers, each with how often it has failed; those that are no longer kept are missing. */
  async reload(failures: ReadonlyMap<number, number>): Promise<QueuedMessage[]> {
    const changes = await this.reader.at(this.selection, [...failures.keys()]);
    return changes.map((each) => toQueuedMessage(this.caller, each, this.webhook.order, failures.get(each.seq) ?? 0));
  }

  private read(after: number, limit: number) {
    return this.reader.read(this.selection, after, limit);
  }

  private itemsOf(changes: readonly NumberedChange[]): QueuedMessage[] {
    const types: readonly string[] | null = this.webhook.types;
    return changes
      .filter(({ change }) => types === null || types.includes(change.type))
      .map((each) => toQueuedMessage(this.caller, each, this.webhook.order));
  }
}
