import { Injectable } from '@nestjs/common';

import { FeedCursors } from '@haven/events';
import type { FeedPlace } from '@haven/events';
import { HavenError, notFound } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { ChangeFeed } from './change-feed.js';

/** Where in the feed somebody begins. */
@Injectable()
export class FeedPositions {
  constructor(
    private readonly feed: ChangeFeed,
    private readonly cursors: FeedCursors,
  ) {}

  /**
   * The position a cursor names, if everything behind it is kept (else `CURSOR_EXPIRED`); of `earliest`, the beginning; of none,
   * the end. A cursor from beyond the end is of a future that a restored database has not had.
   */
  async find(caller: Caller, after: string | undefined, collection?: string): Promise<FeedPlace> {
    const place = after === undefined ? undefined : this.place(caller, after);
    const { collections, first, last } = await this.feed.bounds(caller, collection);
    if (collection !== undefined && collections === 0) throw notFound('collection', collection);
    if (!place) return { seq: last, catchesUp: false };
    const { seq, catchesUp } = place;
    if ((catchesUp || seq >= first) && seq <= last) return place;
    throw new HavenError(
      'CURSOR_EXPIRED',
      seq < first
        ? 'Changes behind this cursor are no longer kept; read the records anew.'
        : 'The cursor lies behind the last change: the database was restored to an earlier moment. Read the records anew.',
    );
  }

  private place(caller: Caller, after: string): FeedPlace {
    return after === 'earliest' ? { seq: 0, catchesUp: true } : this.cursors.open(caller, after);
  }
}
