import { Injectable } from '@nestjs/common';

import { FeedCursors } from '@haven/events';
import type { FeedCursor } from '@haven/events';
import { HavenError, notFound, withPointerPrefix } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { ChangeFeed } from './change-feed.js';

/** Finds the position in the feed at which a reader starts. */
@Injectable()
export class FeedPositions {
  constructor(
    private readonly feed: ChangeFeed,
    private readonly cursors: FeedCursors,
  ) {}

  /**
   * Returns the position of the cursor `after`, the start of the feed for `earliest`, or the end of the feed for
   * undefined. Throws `CURSOR_INVALID` with the given pointer if it is not a cursor. Throws `CURSOR_EXPIRED` if a
   * change after the cursor is no longer kept. Throws it also if the cursor is beyond the end of the feed, because the
   * database was then restored to a time before the cursor was created.
   */
  async find(caller: Caller, after: string | undefined, collection?: string, pointer = '/after'): Promise<FeedCursor> {
    const cursor = after === undefined ? undefined : withPointerPrefix(pointer, () => this.open(caller, after));
    const { collections, first, last } = await this.feed.bounds(caller, collection);
    if (collection !== undefined && collections === 0) throw notFound('collection', collection);
    if (!cursor) return { seq: last, isCatchingUp: false };
    const { seq, isCatchingUp } = cursor;
    if ((isCatchingUp || seq >= first) && seq <= last) return cursor;
    throw new HavenError(
      'CURSOR_EXPIRED',
      seq < first
        ? 'Changes after this cursor are no longer kept; read the records again and continue from there.'
        : 'The cursor is beyond the last change, because the database was restored to an earlier point in time; ' +
            'read the records again and continue from there.',
    );
  }

  private open(caller: Caller, after: string): FeedCursor {
    return after === 'earliest' ? { seq: 0, isCatchingUp: true } : this.cursors.open(caller, after);
  }
}
