import type { ChangesReader, NumberedChange, ChangeSelection } from '@haven/changes';
import type { Caller } from '@haven/kernel';

import type { FeedRange } from '../domain/delivery-log.js';
import type { DeliveryQueue } from '../domain/delivery-queue.js';
import type { Webhook } from '../domain/webhook.js';
import { toQueuedMessage } from './queued-message.js';
import type { QueuedMessage } from './queued-message.js';

/** The feed is read while the queue has fewer messages than this. */
const READ_AHEAD = 200;

/** Maximum number of messages that are read beyond the oldest one that is not SETTLED (see DeliveryQueue). */
const MAX_SPAN = 20_000;

/** Number of changes per read. */
const PAGE_SIZE = 100;

/** With at least this many failing keys (see DeliveryQueue), only one change is read per probe interval. */
const MAX_FAILING = 1_000;
const PROBE_INTERVAL_MS = 60_000;

/** Reads the changes that match a webhook: the next ones in the feed, a range to replay, or single ones to retry. */
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

  /** Records that the feed may have grown. */
  notify(): void {
    this.mayHaveMore = true;
  }

  /** Whether the feed was read to its end. */
  get isUpToDate(): boolean {
    return !this.mayHaveMore;
  }

  /**
   * Returns the milliseconds until the next read. Returns Infinity if nothing can be read until the feed has grown, or
   * until more messages in the queue are SETTLED.
   */
  delay(): number {
    const { size, span, failing } = this.queue;
    if (!this.mayHaveMore || size >= READ_AHEAD || span >= MAX_SPAN) return Infinity;
    return failing < MAX_FAILING ? 0 : Math.max(0, this.probedAt + PROBE_INTERVAL_MS - performance.now());
  }

  /**
   * Reads the next changes into the queue. Returns the messages that are held because an earlier one with the same key
   * has failed.
   */
  async readNext(): Promise<QueuedMessage[]> {
    const isProbe = this.queue.failing >= MAX_FAILING;
    if (isProbe) this.probedAt = performance.now();
    this.mayHaveMore = false; // reset before the read, which may miss changes that `notify` reports from now on
    const { changes, position, more } = await this.read(this.queue.end, isProbe ? 1 : PAGE_SIZE);
    const held = this.toMessages(changes).filter((message) => this.queue.enqueue(message) === 'held');
    this.queue.advanceTo(position);
    this.mayHaveMore ||= more;
    return held;
  }

  /** Reads the first messages of a range. Returns them with `to`, the position up to which the feed was read. */
  async replay({ after, until }: FeedRange): Promise<{ messages: QueuedMessage[]; to: number }> {
    const { changes, position, more } = await this.read(after, PAGE_SIZE);
    const messages = this.toMessages(changes.filter(({ seq }) => seq <= until));
    return { messages, to: more ? Math.min(position, until) : until };
  }

  /**
   * Reads the messages at the given positions again. `failures` maps each position to its number of failures. Omits
   * changes that are no longer stored.
   */
  async reload(failures: ReadonlyMap<number, number>): Promise<QueuedMessage[]> {
    const changes = await this.reader.at(this.selection, [...failures.keys()]);
    return changes.map((each) => toQueuedMessage(this.caller, each, this.webhook.order, failures.get(each.seq) ?? 0));
  }

  private read(after: number, limit: number) {
    return this.reader.read(this.selection, after, limit);
  }

  private toMessages(changes: readonly NumberedChange[]): QueuedMessage[] {
    const types: readonly string[] | null = this.webhook.types;
    return changes
      .filter(({ change }) => types === null || types.includes(change.type))
      .map((each) => toQueuedMessage(this.caller, each, this.webhook.order));
  }
}
