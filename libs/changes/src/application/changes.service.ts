import { Injectable } from '@nestjs/common';

import { pageSize } from '@haven/api';
import { HavenConfig } from '@haven/config';
import { FeedCursors } from '@haven/events';
import { pinToPrimary } from '@haven/kernel';
import type { Caller, JsonValue } from '@haven/kernel';
import { parseFilter } from '@haven/query';

import { ChangeFeed } from './change-feed.js';
import type { FeedLine, FeedQuery, FeedSlice } from './change-feed.js';
import { FeedPositions } from './feed-positions.js';
import { ChangePageView } from './changes.contract.js';
import type { ChangeView } from './changes.contract.js';
import { Subscribers } from './subscribers.js';
import { ChangeSelection } from './selection.js';
import { CoalescingFeedReader } from './coalescing-feed-reader.js';

/** Lines read at once, and how many one request goes through before it answers what it has. */
const READING = 100;
const REQUEST = 2_000;

/** What is asked of the changes. `after` is a cursor, or `earliest`; left out, it is the end of the feed. */
export interface ChangesInput {
  after?: string;
  collection?: string;
  filter?: JsonValue;
}

/** What has come up on the way to a position, which may be nothing. */
export interface Step {
  readonly changes: readonly ChangeView[];
  readonly cursor: string;
}

/** The changes of a tenant's records, in the one order that everybody sees. */
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

  /** Aborted when the server stops: what is still to be taken then is taken elsewhere. */
  get ending(): AbortSignal {
    return this.subscribers.ending;
  }

  /** The changes after a cursor; `CURSOR_EXPIRED` if some of them are no longer kept. */
  async page(caller: Caller, input: ChangesInput & { limit?: number }): Promise<ChangePageView> {
    const limit = pageSize(input.limit, this.config);
    const selection = this.select(caller, input);
    pinToPrimary(caller);
    let position = await this.start(selection, input);
    const items: ChangeView[] = [];
    let more = true;
    for (let seen = 0; more && items.length < limit && seen < REQUEST;) {
      const size = selection.filter ? READING : Math.min(limit - items.length, READING);
      const slice = await this.feed.read(caller, queryOf(selection, position, size));
      const taken = takeFrom(slice, selection, limit - items.length);
      items.push(...taken.changes);
      const all = taken.lines === slice.lines.length;
      position = all ? slice.position : (slice.lines[taken.lines - 1]?.seq ?? position);
      more = !all || slice.more;
      seen += slice.lines.length === 0 ? size : taken.lines;
    }
    return Object.assign(new ChangePageView(), { items, nextCursor: selection.cursorAt(position), hasMore: more });
  }

  /**
   * The changes after a cursor, and those to come until the signal or the server's stop; it fails when the caller may no longer
   * see them. The first step is the position, and
   * whatever is wrong with the question is thrown instead of it. No step is read before the one before has been taken.
   */
  async *follow(caller: Caller, input: ChangesInput, signal: AbortSignal): AsyncGenerator<Step, void, undefined> {
    const selection = this.select(caller, input);
    const ending = caller.abortSignal?.(signal) ?? signal;
    const follower = await this.subscribers.join(caller.tenantId, ending);
    try {
      let position = await this.start(selection, input);
      yield { changes: [], cursor: selection.cursorAt(position) };
      while (!follower.done) {
        const slice = await this.shared.read(caller, queryOf(selection, position, READING));
        const { changes } = takeFrom(slice, selection, READING);
        const moved = slice.position > position;
        position = slice.position;
        if (moved) yield { changes, cursor: selection.cursorAt(position) };
        if (!slice.more) await follower.news();
      }
      if (!signal.aborted && ending.aborted) throw ending.reason;
    } finally {
      follower.leave();
    }
  }

  private select(caller: Caller, { collection, filter }: ChangesInput): ChangeSelection {
    caller.access.requireScope('changes:read', collection);
    const parsed = filter === undefined ? undefined : parseFilter(filter, this.config.limits);
    return new ChangeSelection(caller, collection === undefined ? undefined : [collection], parsed, this.cursors);
  }

  private async start(selection: ChangeSelection, { after, collection }: ChangesInput): Promise<number> {
    const { seq, catchesUp } = await this.positions.find(selection.caller, after, collection);
    selection.catchesUp = catchesUp;
    return seq;
  }
}

function queryOf({ collections, filter, catchesUp }: ChangeSelection, after: number, limit: number): FeedQuery {
  return { after, limit, collections, before: filter !== undefined, passOver: catchesUp };
}

/** As `take`; whoever is at the end with it has caught up, and its cursors say so. */
function takeFrom({ lines, more }: FeedSlice, selection: ChangeSelection, limit: number): ReturnType<typeof take> {
  const taken = take(selection, lines, limit);
  if (!selection.catchesUp || more || taken.lines < lines.length) return taken;
  selection.catchesUp = false;
  return take(selection, lines, limit);
}

/** The first changes that concern somebody, at most `limit`, and how many lines it took to find them. */
function take(
  selection: ChangeSelection,
  lines: readonly FeedLine[],
  limit: number,
): { changes: ChangeView[]; lines: number } {
  const changes: ChangeView[] = [];
  for (const [index, line] of lines.entries()) {
    const change = selection.changeOf(line);
    if (change) changes.push(change);
    if (changes.length === limit) return { changes, lines: index + 1 };
  }
  return { changes, lines: lines.length };
}
