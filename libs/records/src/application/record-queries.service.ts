import { Injectable } from '@nestjs/common';

import { KeysetPages } from '@haven/api';
import { CollectionCache } from '@haven/collections';
import type { CollectionSnapshot } from '@haven/collections';
import { HavenConfig } from '@haven/config';
import type { Caller, JsonValue, KeysetRange, Slice } from '@haven/kernel';
import { projection, reversed } from '@haven/query';
import type { Filter, Position } from '@haven/query';

import { RecordReader } from '../domain/record-reader.js';
import type { LiveRecord, FieldSelection } from '../domain/record-reader.js';
import { RecordExpander } from './record-expander.js';
import type { ExpandedRecord } from './record-expander.js';
import type { RecordQueryInput } from './record-queries.contract.js';
import { explainTimeout } from './query-timeout.js';
import { bindingOf, keysetOf, RecordQueryParser } from './record-query-parser.js';
import type { ParsedQuery } from './record-query-parser.js';
import { RecordView } from './records.contract.js';

/** A page, and the total if it was requested. */
export interface QueryResult {
  slice: Slice<RecordView>;
  total?: number;
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
    private readonly config: HavenConfig,
  ) {}

  /** Returns one page of a collection's records. */
  list(caller: Caller, collection: string, input: RecordQueryInput): Promise<QueryResult> {
    caller.access.requireScope('records:read', collection);
    const select = projection(input.fields, this.config.limits.fields);
    return this.collections[input.asOf == null ? 'readCurrent' : 'readPast'](
      caller,
      collection,
      async (snapshot) => {
        const { id } = snapshot;
        const query = this.parser.parse(caller, snapshot, input);
        const expansions = await this.expander.resolve(caller, snapshot, input.expand, query.moment);
        await this.parser.refuseImpossible(caller, snapshot, query);
        const found: ExpandedRecord[] = [];
        const explain = (error: unknown): never => {
          throw explainTimeout(error, query);
        };
        const [slice, total] = await Promise.all([
          this.pages.page(input, {
            ...this.keysetList(caller, snapshot, query),
            view: (record) => {
              const view = new RecordView(collection, record, select?.(record.data));
              if (expansions.length > 0) found.push({ view, record });
              return view;
            },
            count: () => this.reader.count(caller, id, query).catch(explain),
          }),
          input.count ? this.total(caller, id, query, input.count) : undefined,
        ]).catch(explain);
        await this.expander.expand(caller, expansions, found, query.moment);
        return { slice, ...(total !== undefined && { total }) };
      },
      ({ slice }) => slice.items.length === 0,
    );
  }

  /** Parses the filter of a list or an export. */
  filter(json: JsonValue | undefined): Filter {
    return this.parser.filter(json);
  }

  /**
   * Returns the list in the form that `KeysetPages` needs. When paging backwards, the records are read in the reverse
   * order.
   */
  private keysetList(caller: Caller, snapshot: CollectionSnapshot, query: ParsedQuery) {
    const { filter, moment, sort, indexes } = query;
    return {
      binding: bindingOf(caller, snapshot, query),
      ...keysetOf(sort),
      read: ({ beyond, backwards, limit }: KeysetRange<Position>): Promise<LiveRecord[]> => {
        const order = backwards ? reversed(sort) : sort;
        const start = beyond && { after: beyond };
        return this.reader.list(caller, snapshot.id, { filter, moment, limit, indexes, sort: order, ...start });
      },
    };
  }

  private total(caller: Caller, collectionId: number, selection: FieldSelection, kind: string): Promise<number> {
    return kind === 'exact'
      ? this.reader.count(caller, collectionId, selection)
      : this.reader.estimate(caller, collectionId, selection);
  }
}
