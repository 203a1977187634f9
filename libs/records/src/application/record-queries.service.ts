import { Injectable } from '@nestjs/common';

import { KeysetPages } from '@haven/api';
import { CollectionCache } from '@haven/collections';
import type { CollectionSnapshot } from '@haven/collections';
import { HavenConfig } from '@haven/config';
import type { Caller, EntityTags, KeysetRange, PageRequest, Slice } from '@haven/kernel';
import { projection, reversed } from '@haven/query';
import type { Position, SearchCondition } from '@haven/query';

import { RecordReader } from '../domain/record-reader.js';
import type { LiveRecord, FieldSelection } from '../domain/record-reader.js';
import { ListTags } from './list-tags.js';
import type { TaggedList } from './list-tags.js';
import { RecordExpander } from './record-expander.js';
import type { ExpandedRecord } from './record-expander.js';
import type { RecordQueryInput } from './record-queries.contract.js';
import { explainTimeout } from './query-timeout.js';
import { bindingOf, keysetOf, RecordQueryParser } from './record-query-parser.js';
import type { ParsedQuery } from './record-query-parser.js';
import { RecordView } from './records.contract.js';
import { SCORED_KEYS } from './score-key.js';
import type { ScoreKey } from './score-key.js';

/** A page, and the total if it was requested. */
export interface QueryResult {
  slice: Slice<RecordView>;
  total?: number;
  /** Entity tag of the page, if it was requested and is known. */
  tag?: string;
}

/** The result of a query whose page the client already has: its entity tag. */
export interface UnchangedResult {
  readonly unchanged: string;
}

/** How a page of a list is read and converted. */
interface ListRead {
  readonly caller: Caller;
  readonly snapshot: CollectionSnapshot;
  readonly query: ParsedQuery;
  readonly view: (record: LiveRecord) => RecordView;
  readonly count: () => Promise<number>;
}

/** Lists records with filter, sort and keyset pagination. Counts only on request, and never uses OFFSET. */
@Injectable()
export class RecordQueriesService {
  constructor(
    private readonly collections: CollectionCache,
    private readonly parser: RecordQueryParser,
    private readonly reader: RecordReader,
    private readonly expander: RecordExpander,
    private readonly pages: KeysetPages,
    private readonly tags: ListTags,
    private readonly config: HavenConfig,
  ) {}

  /** Returns one page of a collection's records. */
  list(caller: Caller, collection: string, input: RecordQueryInput): Promise<QueryResult> {
    const untagged = () => Promise.resolve(undefined);
    return this.read(caller, collection, input, untagged) as Promise<QueryResult>; // without a tag, never unchanged
  }

  /** Like `list`, with the entity tag of the page. Does not read the page if its tag is among the known ones. */
  listTagged(
    caller: Caller,
    collection: string,
    input: RecordQueryInput,
    known: EntityTags | undefined,
  ): Promise<QueryResult | UnchangedResult> {
    return this.read(caller, collection, input, (list) => this.tags.tagOf(caller, list, known), known);
  }

  private read(
    caller: Caller,
    collection: string,
    input: RecordQueryInput,
    tagOf: (list: TaggedList) => Promise<string | undefined>,
    known?: EntityTags,
  ): Promise<QueryResult | UnchangedResult> {
    caller.access.requireScope('records:read', collection);
    const select = projection(input.fields, this.config.limits.fields);
    return this.collections[input.asOf == null ? 'readCurrent' : 'readPast'](
      caller,
      collection,
      async (snapshot): Promise<QueryResult | UnchangedResult> => {
        const { id } = snapshot;
        const query = await this.parser.parse(caller, snapshot, input);
        const expansions = await this.expander.resolve(caller, snapshot, input.expand, query.moment);
        await this.parser.refuseImpossible(caller, snapshot, query);
        const tag = await tagOf({ snapshot, query, expansions, input });
        if (tag !== undefined && known?.includes(tag)) return { unchanged: tag };
        const found: ExpandedRecord[] = [];
        const explain = (error: unknown): never => {
          throw explainTimeout(error, query);
        };
        const list = {
          ...{ caller, snapshot, query },
          view: (record: LiveRecord) => {
            const view = new RecordView(collection, record, select?.(record.data));
            if (expansions.length > 0) found.push({ view, record });
            return view;
          },
          count: () => this.count(caller, collection, input),
        };
        const [slice, total] = await Promise.all([
          query.ranked ? this.rankedPage(list, query.ranked, input) : this.page(list, input),
          input.count ? this.total(caller, id, query, input.count) : undefined,
        ]).catch(explain);
        await this.expander.expand(caller, expansions, found, query.moment);
        return { slice, ...(total !== undefined && { total }), ...(tag !== undefined && { tag }) };
      },
      (result) => 'slice' in result && result.slice.items.length === 0,
    );
  }

  /** Returns a page. When paging backwards, the records are read in the reverse order. */
  private page({ caller, snapshot, query, view, count }: ListRead, page: PageRequest): Promise<Slice<RecordView>> {
    const { filter, moment, sort, indexes } = query;
    return this.pages.page(page, {
      binding: bindingOf(caller, snapshot, query),
      ...keysetOf(sort),
      read: ({ beyond, backwards, limit }: KeysetRange<Position>): Promise<LiveRecord[]> => {
        const order = backwards ? reversed(sort) : sort;
        const start = beyond && { after: beyond };
        return this.reader.list(caller, snapshot.id, { filter, moment, limit, indexes, sort: order, ...start });
      },
      view,
      count,
    });
  }

  /** Returns a page of a list that is sorted by score. */
  private rankedPage(
    { caller, snapshot, query, view, count }: ListRead,
    ranked: SearchCondition,
    page: PageRequest,
  ): Promise<Slice<RecordView>> {
    const { filter, indexes } = query;
    let truncated = false;
    return this.pages.page(page, {
      binding: bindingOf(caller, snapshot, query),
      ...SCORED_KEYS,
      read: async ({ beyond, backwards, limit }: KeysetRange<ScoreKey>) => {
        const after = beyond && { after: { score: beyond[0], id: beyond[1] } };
        const read = { filter, indexes, ranked, limit, backwards, ...after };
        const found = await this.reader.ranked(caller, snapshot.id, read);
        truncated = found.truncated;
        return found.records;
      },
      view: ({ record }) => view(record),
      count,
      isTruncated: () => truncated,
    });
  }

  /** Counts the matches of a query, after a page of them has been read, with the settings of the collection then. */
  private count(caller: Caller, collection: string, input: RecordQueryInput): Promise<number> {
    const count = async (snapshot: CollectionSnapshot): Promise<number> => {
      const query = await this.parser.parse(caller, snapshot, input);
      return this.reader.count(caller, snapshot.id, query).catch((error: unknown) => {
        throw explainTimeout(error, query);
      });
    };
    return this.collections.readCurrent(caller, collection, count, () => false);
  }

  private total(caller: Caller, collectionId: number, selection: FieldSelection, kind: string): Promise<number> {
    return kind === 'exact'
      ? this.reader.count(caller, collectionId, selection)
      : this.reader.estimate(caller, collectionId, selection);
  }
}
