import { Injectable } from '@nestjs/common';
import DataLoader from 'dataloader';

import { KeysetPages } from '@haven/api';
import { CollectionCache, readyIndexes } from '@haven/collections';
import type { CollectionSnapshot } from '@haven/collections';
import { EventLoopTurn, HavenError } from '@haven/kernel';
import type { Caller, JsonValue, KeysetRange, PageRequest, Slice } from '@haven/kernel';
import { reversed } from '@haven/query';
import type { Filter, Position } from '@haven/query';

import { RecordReader } from '../domain/record-reader.js';
import type { LiveRecord } from '../domain/record-reader.js';
import { RelatedRecords } from '../domain/related-records.js';
import type { ExpansionBudget } from './expansion-budget.js';
import { bindingOf, keysetOf } from './record-query-parser.js';
import type { ParsedQuery } from './record-query-parser.js';
import { RecordView } from './records.contract.js';
import { filterOfRelated } from './related-filter.js';
import type { RelatingMember } from './related-records.contract.js';

/** The lists of the records that refer to each of the records with the `ids`. */
export interface RelatedLists {
  readonly caller: Caller;
  readonly snapshot: CollectionSnapshot;
  readonly member: RelatingMember;
  readonly ids: readonly string[];
  /** The query without the reference, and its filter as the client sent it. */
  readonly query: ParsedQuery;
  readonly filter: JsonValue | undefined;
  readonly budget: ExpansionBudget;
}

/** A range of the list of the records that refer to the one at `place` of the ids. */
interface RelatedRange extends KeysetRange<Position> {
  readonly place: number;
  /** The filter of the list. */
  readonly filter: Filter;
}

/** Reads one page of each of several lists together. */
@Injectable()
export class RelatedPages {
  constructor(
    private readonly collections: CollectionCache,
    private readonly reader: RecordReader,
    private readonly related: RelatedRecords,
    private readonly pages: KeysetPages,
  ) {}

  /** Returns the requested page of each list. If a cursor is of another list, the page is the error. */
  read(lists: RelatedLists, page: PageRequest): Promise<(Slice<RecordView> | HavenError)[]> {
    const { caller, snapshot, member, ids, query } = lists;
    const ranges = new DataLoader((all: readonly RelatedRange[]) => this.readRanges(lists, all), { cache: false });
    const turn = new EventLoopTurn();
    let turns = Promise.resolve(); // all pages arrive at once
    let counts: Promise<number[]> | undefined;
    const pages = ids.map(async (id, place) => {
      const filter = filterOfRelated(query.filter, lists.filter, member, id);
      let binding: string | undefined;
      try {
        return await this.pages.page(page, {
          get binding() {
            return (binding ??= bindingOf(caller, snapshot, { ...query, filter }));
          },
          ...keysetOf(query.sort),
          read: (range) => ranges.load({ ...range, place, filter }),
          view: (record: LiveRecord) => new RecordView(member.collection, record),
          count: async () => (await (counts ??= this.count(lists)))[place] ?? 0,
          takeTurn: () => (turns = turns.then(() => (turn.isLong ? turn.pause() : undefined))),
        });
      } catch (error) {
        if (error instanceof HavenError && error.code === 'CURSOR_INVALID') return error;
        throw error;
      }
    });
    return Promise.all(pages);
  }

  private async readRanges(lists: RelatedLists, ranges: readonly RelatedRange[]): Promise<LiveRecord[][]> {
    const { query, budget } = lists;
    const [{ beyond, backwards, limit } = { backwards: false, limit: 0 }] = ranges; // those of all pages
    const order = { ...query, limit, sort: backwards ? reversed(query.sort) : query.sort };
    const found = await (beyond ? this.readBehind(lists, ranges, order) : this.readFirst(lists, ranges, order));
    for (const records of found) {
      const page = records.slice(0, limit - 1); // the last one only shows that there is another page
      budget.addRecords(page.length);
      for (const { document } of page) budget.addBytes(document.text.length);
    }
    return found;
  }

  /** Reads the first records of each list, with one statement. */
  private async readFirst(
    { caller, snapshot, member, ids, budget }: RelatedLists,
    ranges: readonly RelatedRange[],
    query: ParsedQuery & { readonly limit: number },
  ): Promise<LiveRecord[][]> {
    const wanted = ranges.map(({ place }) => ids[place] ?? '');
    const { remainingBytes: maxBytes } = budget;
    const { records, isComplete } = await this.related.find(caller, snapshot.id, wanted, {
      ...query,
      member,
      maxBytes,
    });
    if (!isComplete) budget.addBytes(Infinity);
    return records;
  }

  /** Reads behind a cursor, which belongs to a single list. */
  private readBehind(
    { caller, snapshot }: RelatedLists,
    ranges: readonly RelatedRange[],
    query: ParsedQuery & { readonly limit: number },
  ): Promise<LiveRecord[][]> {
    return Promise.all(
      ranges.map(({ beyond, filter }) =>
        this.reader.list(caller, snapshot.id, { ...query, filter, ...(beyond && { after: beyond }) }),
      ),
    );
  }

  /** Counts the records of each list, with one statement, after pages have been read with the same settings. */
  private count({ caller, snapshot, member, ids, query }: RelatedLists): Promise<number[]> {
    return this.collections.readCurrent(
      caller,
      snapshot.name,
      (current) => this.related.count(caller, current.id, ids, { ...query, member, indexes: readyIndexes(current) }),
      () => false,
    );
  }
}
