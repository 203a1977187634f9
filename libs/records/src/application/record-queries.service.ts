import { hash } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import { KeysetPages } from '@haven/api';
import { CollectionCache, readyIndexes } from '@haven/collections';
import type { CollectionSnapshot } from '@haven/collections';
import { HavenConfig } from '@haven/config';
import { invalidCursor } from '@haven/kernel';
import type { Caller, JsonValue, KeysetRange, Slice } from '@haven/kernel';
import {
  comparePositions,
  queryFingerprint,
  parseFilter,
  isPosition,
  positionOf,
  projection,
  parseSort,
  reversed,
} from '@haven/query';
import type { Filter, Position, Sort } from '@haven/query';

import { RecordReader } from '../domain/record-reader.js';
import type { LiveRecord, FieldSelection } from '../domain/record-reader.js';
import { AsOfResolver } from './as-of-resolver.js';
import { RecordExpander } from './record-expander.js';
import type { ExpandedRecord } from './record-expander.js';
import type { RecordQueryInput } from './record-queries.contract.js';
import { refuseImpossibleFields } from './impossible-fields.js';
import { explainTimeout } from './query-timeout.js';
import { RecordView } from './records.contract.js';

/** A page, and the total if it was requested. */
export interface QueryResult {
  slice: Slice<RecordView>;
  total?: number;
}

/** A parsed and validated query. */
interface ParsedQuery extends FieldSelection {
  sort: Sort;
  binding: string;
}

/** Lists records with filter, sort and keyset pagination. Counts only on request, and never uses OFFSET. */
@Injectable()
export class RecordQueriesService {
  constructor(
    private readonly collections: CollectionCache,
    private readonly asOf: AsOfResolver,
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
        const query = this.parse(caller, snapshot, input);
        const expansions = await this.expander.resolve(caller, snapshot, input.expand, query.moment);
        if (!query.moment) await this.refuseImpossible(caller, snapshot, query.filter, query.sort);
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

  /** Refuses a query on members that no record can have. The settings may come from the cache and be outdated. */
  private async refuseImpossible(
    caller: Caller,
    snapshot: CollectionSnapshot,
    filter: Filter,
    sort: Sort,
  ): Promise<void> {
    try {
      refuseImpossibleFields(snapshot, filter, sort);
    } catch {
      refuseImpossibleFields(await this.collections.get(caller, snapshot.name), filter, sort);
    }
  }

  /** Parses the filter of a list or an export. */
  filter(json: JsonValue | undefined): Filter {
    return parseFilter(json ?? {}, this.config.limits);
  }

  private parse(caller: Caller, snapshot: CollectionSnapshot, input: RecordQueryInput): ParsedQuery {
    const filter = this.filter(input.filter);
    const sort = parseSort(input.sort, this.config.limits);
    const moment = this.asOf.resolve(caller, input);
    const binding = `${caller.tenantId}/${snapshot.id}/${hash('sha256', queryFingerprint(filter, sort, moment), 'base64url')}`;
    return { filter, moment, sort, binding, indexes: readyIndexes(snapshot) };
  }

  /**
   * Returns the list in the form that `KeysetPages` needs. When paging backwards, the records are read in the reverse
   * order.
   */
  private keysetList(
    caller: Caller,
    { id }: CollectionSnapshot,
    { filter, moment, sort, binding, indexes }: ParsedQuery,
  ) {
    return {
      binding,
      keyOf: (record: LiveRecord) => positionOf(sort, record),
      requireKey: (position: Position): void => {
        if (!isPosition(sort, position)) throw invalidCursor();
      },
      compare: (left: Position, right: Position) => comparePositions(sort, left, right),
      read: ({ beyond, backwards, limit }: KeysetRange<Position>): Promise<LiveRecord[]> => {
        const order = backwards ? reversed(sort) : sort;
        const start = beyond && { after: beyond };
        return this.reader.list(caller, id, { filter, moment, limit, indexes, sort: order, ...start });
      },
    };
  }

  private total(caller: Caller, collectionId: number, selection: FieldSelection, kind: string): Promise<number> {
    return kind === 'exact'
      ? this.reader.count(caller, collectionId, selection)
      : this.reader.estimate(caller, collectionId, selection);
  }
}
