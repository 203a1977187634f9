import { Injectable } from '@nestjs/common';

import { pageSize } from '@haven/api';
import { HavenConfig } from '@haven/config';
import { FeedCursors } from '@haven/events';
import { EventLoopTurn, invalid, pinToPrimary, withQueryPart } from '@haven/kernel';
import type { Caller, JsonValue } from '@haven/kernel';
import { noSearch, parseFilter } from '@haven/query';

import { ChangeFeed } from './change-feed.js';
import type { FeedChange, FeedOrder, FeedQuery, FeedSlice } from './change-feed.js';
import { FeedPositions } from './feed-positions.js';
import { ChangePageView } from './changes.contract.js';
import type { ChangeView } from './changes.contract.js';
import { DeliveryCharge } from './delivery-charge.js';
import { Subscribers } from './subscribers.js';
import { ChangeSelection } from './selection.js';
import { CoalescingFeedReader } from './coalescing-feed-reader.js';

/** Maximum number of feed entries (one for each change) per read. */
const READ_SIZE = 100;

const NO_SEARCH = noSearch(
  'is not possible in filters of changes: these are tested on earlier versions of records, whose text is not indexed',
);

/** Number of feed entries after which a page is returned, even if it has fewer changes than requested. */
const MAX_LINES_PER_PAGE = 2_000;

/** Arguments of a request for changes. `after` is a cursor or `earliest`; by default it is the end of the feed. */
export interface ChangesInput {
  after?: string;
  collection?: string;
  filter?: JsonValue;
}

/** Arguments of a request for a page of changes. `order` is `asc` by default. */
export interface ChangesPageInput extends ChangesInput {
  limit?: number;
  order?: string;
}

/** Selected changes between the previous cursor and `cursor`; there may be none. */
export interface Step {
  readonly changes: readonly ChangeView[];
  readonly cursor: string;
}

/** Use cases of the change feed: a page of changes, and a stream. All readers see the changes in the same order. */
@Injectable()
export class ChangesService {
  constructor(
    private readonly feed: ChangeFeed,
    private readonly shared: CoalescingFeedReader,
    private readonly subscribers: Subscribers,
    private readonly positions: FeedPositions,
    private readonly cursors: FeedCursors,
    private readonly config: HavenConfig,
  ) {}

  /** Aborted when the server stops; clients then reconnect to another process. */
  get shutdown(): AbortSignal {
    return this.subscribers.shutdown;
  }

  /**
   * Returns the changes after a cursor. In ascending order, throws `CURSOR_EXPIRED` if some of them are no longer kept;
   * in descending order, these are skipped.
   */
  async page(caller: Caller, input: ChangesPageInput): Promise<ChangePageView> {
    const limit = pageSize(input.limit, this.config);
    const order = orderOf(input);
    const selection = this.select(caller, input);
    pinToPrimary(caller);
    let position = await this.start(selection, input, order);
    const items: ChangeView[] = [];
    let more = true;
    for (let seen = 0; more && items.length < limit && seen < MAX_LINES_PER_PAGE;) {
      const size = selection.filter ? READ_SIZE : Math.min(limit - items.length, READ_SIZE);
      const slice = await this.feed.read(caller, queryOf(selection, order, position, size));
      const taken = await takeFrom(slice, selection, limit - items.length);
      items.push(...taken.changes);
      const all = taken.lines === slice.lines.length;
      position = all ? slice.position : (slice.lines[taken.lines - 1]?.seq ?? position);
      more = !all || slice.more;
      seen += slice.lines.length === 0 ? size : taken.lines;
    }
    return Object.assign(new ChangePageView(), { items, nextCursor: selection.cursorAt(position), hasMore: more });
  }

  /**
   * Yields the changes after a cursor, then new ones until the signal is aborted or the server stops. Throws when the
   * caller loses its access. The first step contains only the start cursor; an invalid request throws before this step.
   * Each further step is read only after the previous one was consumed.
   */
  async *follow(caller: Caller, input: ChangesInput, signal: AbortSignal): AsyncGenerator<Step, void, undefined> {
    const selection = this.select(caller, input);
    const stop = caller.abortSignal?.(signal) ?? signal;
    const subscription = await this.subscribers.join(caller.tenantId, stop);
    const charge = new DeliveryCharge(caller, stop);
    try {
      let position = await this.start(selection, input, 'asc');
      yield { changes: [], cursor: selection.cursorAt(position) };
      while (!subscription.done) {
        const slice = await this.shared.read(caller, queryOf(selection, 'asc', position, READ_SIZE));
        const { changes } = await takeFrom(slice, selection, READ_SIZE);
        const moved = slice.position > position;
        position = slice.position;
        if (moved) yield { changes, cursor: selection.cursorAt(position) };
        await charge.add(changes.length);
        if (!slice.more) await subscription.next();
      }
      if (!signal.aborted && stop.aborted) throw stop.reason;
    } finally {
      subscription.leave();
    }
  }

  private select(caller: Caller, { collection, filter }: ChangesInput): ChangeSelection {
    caller.access.requireScope('changes:read', collection);
    const { limits } = this.config;
    const parsed =
      filter === undefined ? undefined : withQueryPart('filter', () => parseFilter(filter, limits, NO_SEARCH));
    return new ChangeSelection(caller, collection === undefined ? undefined : [collection], parsed, this.cursors);
  }

  private async start(
    selection: ChangeSelection,
    { after, collection }: ChangesInput,
    order: FeedOrder,
  ): Promise<number> {
    if (order === 'desc') return this.positions.findBackwards(selection.caller, after, collection);
    const { seq, isCatchingUp } = await this.positions.find(selection.caller, after, collection);
    selection.isCatchingUp = isCatchingUp;
    return seq;
  }
}

function orderOf({ order = 'asc' }: ChangesPageInput): FeedOrder {
  if (order === 'asc' || order === 'desc') return order;
  throw invalid('VALIDATION_FAILED', '/order', 'must be `asc` or `desc`');
}

function queryOf(
  { collections, filter, isCatchingUp }: ChangeSelection,
  order: FeedOrder,
  after: number,
  limit: number,
): FeedQuery {
  const skipPruned = isCatchingUp || order === 'desc';
  return { after, order, limit, collections, before: filter !== undefined, skipPruned };
}

/**
 * Like `take`, but clears `isCatchingUp` when the end of the feed is reached. With a cursor that is created after that,
 * pruned events are no longer skipped.
 */
async function takeFrom(
  { lines, more }: FeedSlice,
  selection: ChangeSelection,
  limit: number,
): ReturnType<typeof take> {
  const taken = await take(selection, lines, limit);
  if (!selection.isCatchingUp || more || taken.lines < lines.length) return taken;
  selection.isCatchingUp = false;
  return take(selection, lines, limit);
}

/** Returns the first selected changes, at most `limit`, and the number of entries that were examined. */
async function take(
  selection: ChangeSelection,
  lines: readonly FeedChange[],
  limit: number,
): Promise<{ changes: ChangeView[]; lines: number }> {
  const changes: ChangeView[] = [];
  const turn = new EventLoopTurn();
  for (const [index, line] of lines.entries()) {
    if (turn.isLong) await turn.pause();
    const change = selection.changeOf(line);
    if (change) changes.push(change);
    if (changes.length === limit) return { changes, lines: index + 1 };
  }
  return { changes, lines: lines.length };
}
