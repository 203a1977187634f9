import { Injectable } from '@nestjs/common';

import { withoutClient } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { ChangeFeed } from './change-feed.js';
import type { FeedQuery, FeedSlice } from './change-feed.js';

/**
 * Reads the feed once for equal queries in the same turn of the event loop. A query never joins a read that has
 * started, since that read may miss the change that the subscriber was woken for.
 */
@Injectable()
export class CoalescingFeedReader {
  private readonly pending = new Map<string, Promise<FeedSlice>>();

  constructor(private readonly feed: ChangeFeed) {}

  read(caller: Caller, query: FeedQuery): Promise<FeedSlice> {
    const { after, order, limit, before, collections, skipPruned } = query;
    const key = JSON.stringify([caller.tenantId, after, order, limit, before, collections, skipPruned]);
    const pending = this.pending.get(key);
    if (pending) return pending;
    const slice = new Promise((resolve) => setImmediate(resolve)).then(() => {
      this.pending.delete(key);
      return this.feed.read(withoutClient(caller), query);
    });
    this.pending.set(key, slice);
    return slice;
  }
}
