import { Injectable } from '@nestjs/common';
import DataLoader from 'dataloader';

import { EventLoopTurn, notFound } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { RecordHistory } from '../domain/record-history.js';
import type { HistoryRange, HistorySlice } from '../domain/record-history.js';

/** The loader of a request, and the turn of the page that is being converted. */
interface RequestedHistories {
  readonly loader: DataLoader<HistoryRange, HistorySlice>;
  readonly turn: EventLoopTurn;
  turns: Promise<void>;
}

/**
 * Reads ranges of histories. All ranges that a request needs at the same time, such as those of one field of a GraphQL
 * document for all records of a page, are read together.
 */
@Injectable()
export class HistoryLoader {
  private readonly requests = new WeakMap<Caller, RequestedHistories>();

  constructor(private readonly history: RecordHistory) {}

  /** Returns the events of a range. Throws `NOT_FOUND` if the collection does not exist. */
  load(caller: Caller, range: HistoryRange): Promise<HistorySlice> {
    return this.requestOf(caller).loader.load(range);
  }

  /**
   * Resolves when the events of a range may be converted. All ranges that were read together arrive at once; converting
   * all of them without a pause could delay other requests.
   */
  takeTurn(caller: Caller): Promise<void> {
    const request = this.requestOf(caller);
    const { turn } = request;
    request.turns = request.turns.then(() => (turn.isLong ? turn.pause() : undefined));
    return request.turns;
  }

  /**
   * A caller belongs to one request, or to one connection of subscriptions. Its loader does not cache results, because
   * a later mutation of the same request can change them, and a subscription lasts.
   */
  private requestOf(caller: Caller): RequestedHistories {
    const known = this.requests.get(caller);
    if (known) return known;
    const read = (ranges: readonly HistoryRange[]) => this.read(caller, ranges);
    const loader = new DataLoader(read, { cache: false });
    const request = { loader, turn: new EventLoopTurn(), turns: Promise.resolve() };
    this.requests.set(caller, request);
    return request;
  }

  private async read(caller: Caller, ranges: readonly HistoryRange[]): Promise<(HistorySlice | Error)[]> {
    const different = new Map(ranges.map((range) => [keyOf(range), range]));
    const found = await this.history.read(caller, [...different.values()]);
    const slices = new Map([...different.keys()].map((key, index) => [key, found[index]]));
    return ranges.map((range) => slices.get(keyOf(range)) ?? notFound('collection', range.collection));
  }
}

/** Equal ranges, which a document requests with several aliases, are read once. */
function keyOf({ collection, id, beyond, backwards, limit }: HistoryRange): string {
  return JSON.stringify([collection, id, beyond, backwards, limit]);
}
