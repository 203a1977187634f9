import { Injectable } from '@nestjs/common';

import type { Caller } from '@haven/kernel';

import { ChangeFeed } from './change-feed.js';
import type { FeedQuery, FeedSlice } from './change-feed.js';

/**
 * Those who ask for the same in the same moment share one reading. Nobody joins one that has begun: it may not see what he
 * was woken for.
 */
@Injectable()
export class CoalescingFeedReader {
  private readonly asked = new Map<string, Promise<FeedSlice>>();

  constructor(private readonly feed: ChangeFeed) {}

  read(caller: Caller, query: FeedQuery): Promise<FeedSlice> {
    const { after, limit, before, collections, passOver } = query;
    const key = JSON.stringify([caller.tenantId, after, limit, before, collections, passOver]);
    const known = this.asked.get(key);
    if (known) return known;
    const slice = new Promise((resolve) => setImmediate(resolve)).then(() => {
      this.asked.delete(key);
      return this.feed.read(caller, query);
    });
    this.asked.set(key, slice);
    return slice;
  }
}
