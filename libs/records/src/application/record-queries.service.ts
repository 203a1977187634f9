import { hash } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import { KeysetPages } from '@haven/api';
import { CollectionCache } from '@haven/collections';
import type { CollectionSnapshot } from '@haven/collections';
import { HavenConfig } from '@haven/config';
import { HavenError, invalid } from '@haven/kernel';
import type { Caller, JsonValue, Slice } from '@haven/kernel';
import {
  queryFingerprint,
  parseFilter,
  isPosition,
  positionOf,
  projection,
  parseSort,
  reversed,
  missingIndexes,
} from '@haven/query';
import type { Filter, Moment, Position, Sort } from '@haven/query';

import { RecordReader } from '../domain/record-reader.js';
import type { LiveRecord, FieldSelection } from '../domain/record-reader.js';
import { AsOfResolver } from './as-of-resolver.js';
import type { RecordQueryInput } from './record-queries.contract.js';
import { RecordView } from './records.contract.js';

/** A page, and the total if it was asked for. */
export interface QueryResult {
  slice: Slice<RecordView>;
  total?: number;
}

/** A query read and found right, before the database sees any of it. */
interface ParsedQuery extends FieldSelection {
  sort: Sort;
  binding: string;
}

/** Lists of records: filter, sort, keyset pages. Nothing is counted unless asked, and nothing is skipped by number. */
@Injectable()
export class RecordQueriesService {
  constructor(
    private readonly collections: CollectionCache,
    private readonly asOf: AsOfResolver,
    private readonly reader: RecordReader,
    private readonly pages: KeysetPages,
    private readonly config: HavenConfig,
  ) {}

  /** One page of a collection's records. */
  list(caller: Caller, collection: string, input: RecordQueryInput): Promise<QueryResult> {
    caller.access.requireScope('records:read', collection);
    const select = projection(input.fields, this.config.limits.fields);
    return this.collections[input.asOf == null ? 'readCurrent' : 'readPast'](
      caller,
      collection,
      async (rules) => {
        const { id } = rules;
        const query = this.parse(input, `${caller.tenantId}/${id}`, this.asOf.resolve(caller, input));
        const explain = (error: unknown): never => {
          throw explainTimeout(error, query, rules.indexed);
        };
        const [slice, total] = await Promise.all([
          this.pages.page(input, {
            ...this.keysetList(caller, rules, query),
            view: (record) => new RecordView(collection, record, select?.(record.data)),
            count: () => this.reader.count(caller, id, query).catch(explain),
          }),
          input.count ? this.total(caller, id, query, input.count) : undefined,
        ]).catch(explain);
        return { slice, ...(total !== undefined && { total }) };
      },
      ({ slice }) => slice.items.length === 0,
    );
  }

  /** The filter of a request, parsed; also the export's. */
  filter(json: JsonValue | undefined): Filter {
    return parseFilter(json ?? {}, this.config.limits);
  }

  private parse(
    { filter: json, sort: order, after, before }: RecordQueryInput,
    list: string,
    moment: Moment | undefined,
  ): ParsedQuery {
    if (after !== undefined && before !== undefined)
      throw invalid('VALIDATION_FAILED', '/before', 'after and before exclude each other');
    const filter = this.filter(json);
    const sort = parseSort(order, this.config.limits);
    const binding = `${list}/${hash('sha256', queryFingerprint(filter, sort, moment), 'base64url')}`;
    return { filter, moment, sort, binding };
  }

  /** Read backwards, it is the list in the opposite order. */
  private keysetList(
    caller: Caller,
    { id, indexed }: CollectionSnapshot,
    { filter, moment, sort, binding }: ParsedQuery,
  ) {
    const read = (order: Sort, key: Position | undefined, limit: number): Promise<LiveRecord[]> => {
      const after = key && requirePosition(sort, key);
      return this.reader.list(caller, id, { filter, moment, limit, indexed, sort: order, ...(after && { after }) });
    };
    return {
      binding,
      keyOf: (record: LiveRecord) => positionOf(sort, record),
      read: (after: Position | undefined, limit: number) => read(sort, after, limit),
      readBack: (before: Position, limit: number) => read(reversed(sort), before, limit),
    };
  }

  private total(caller: Caller, collectionId: number, selection: FieldSelection, kind: string): Promise<number> {
    return kind === 'exact'
      ? this.reader.count(caller, collectionId, selection)
      : this.reader.estimate(caller, collectionId, selection);
  }
}

/** A cursor may be older than this version, whose positions may differ. */
function requirePosition(sort: Sort, position: Position): Position {
  if (isPosition(sort, position)) return position;
  throw new HavenError('CURSOR_INVALID', 'The cursor does not belong to this list; start again without it.');
}

/**
 * What a query failed with, for its caller: one that took too long for want of an index will do so again, and says which; any other
 * timeout may pass and stays as it is.
 */
function explainTimeout(
  error: unknown,
  { filter, sort }: { filter: Filter; sort: Sort },
  indexed: readonly string[],
): unknown {
  if (!(error instanceof HavenError && error.code === 'QUERY_TIMEOUT')) return error;
  const missing = missingIndexes(filter, sort, indexed);
  if (missing.length === 0) return error;
  const paths = [...new Set(missing.map(({ path }) => JSON.stringify(path)))];
  return new HavenError(
    'QUERY_TOO_EXPENSIVE',
    `The query passed database.statementTimeout. Add ${paths.join(', ')} to the collection's indexes, and ask again when the index is ready.`,
    { errors: missing.map(({ where }) => where), cause: error },
  );
}
