import { Injectable } from '@nestjs/common';

import { FeedCursors } from '@haven/events';
import type { FeedCursor } from '@haven/events';
import { HavenError, invalid, notFound, withPointerPrefix } from '@haven/kernel';
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
    if (seq > last) throw beyondTheEnd();
    throw new HavenError(
      'CURSOR_EXPIRED',
      'Changes after this cursor are no longer kept; read the records again and continue from there.',
    );
  }

  /**
   * Returns the position before which a reader of the newest changes starts: that of the change with the cursor
   * `after`, or the end of the feed for undefined. Changes that are no longer kept are skipped, so a cursor expires
   * only if it is beyond the end of the feed.
   */
  async findBackwards(caller: Caller, after: string | undefined, collection?: string): Promise<number> {
    if (after === 'earliest')
      throw invalid('VALIDATION_FAILED', '/after', 'must be a cursor, or be left out, if `order` is `desc`');
    const cursor = after === undefined ? undefined : withPointerPrefix('/after', () => this.open(caller, after));
    const { collections, last } = await this.feed.bounds(caller, collection);
    if (collection !== undefined && collections === 0) throw notFound('collection', collection);
    if (cursor && cursor.seq > last) throw beyondTheEnd();
    return cursor?.seq ?? last + 1;
  }

  private open(caller: Caller, after: string): FeedCursor {
    return after === 'earliest' ? { seq: 0, isCatchingUp: true } : this.cursors.open(caller, after);
  }
}

function beyondTheEnd(): HavenError {
  return new HavenError(
    'CURSOR_EXPIRED',
    'The cursor is beyond the last change, because the database was restored to an earlier point in time; ' +
      'read the records again and continue from there.',
  );
}
