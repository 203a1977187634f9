import { hash } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import { CollectionRules } from '@haven/collections';
import type { Rules } from '@haven/collections';
import { CursorCodec, HavenError, invalid, Slice } from '@haven/kernel';
import type { Caller, JsonValue } from '@haven/kernel';
import { HavenConfig, pageSize } from '@haven/platform';

import type { Filter } from '../domain/query/filter.js';
import { queryFingerprint } from '../domain/query/fingerprint.js';
import type { Moment } from '../domain/query/moment.js';
import { parseFilter } from '../domain/query/parse-filter.js';
import { isPosition, positionOf } from '../domain/query/position.js';
import type { Position } from '../domain/query/position.js';
import { projection } from '../domain/query/projection.js';
import { parseSort, reversed } from '../domain/query/sort.js';
import type { Sort } from '../domain/query/sort.js';
import { RecordReader } from '../domain/record-reader.js';
import type { LiveRecord, Selection } from '../domain/record-reader.js';
import { Moments } from './moments.js';
import type { RecordQueryInput } from './record-queries.contract.js';
import { RecordView } from './records.contract.js';
import { explainTimeout } from './too-expensive.js';

/** A page, and the total if it was asked for. */
export interface Found {
  slice: Slice<RecordView>;
  total?: number;
}

/** A query read and found right, before the database sees any of it. */
interface ParsedQuery extends Selection {
  sort: Sort;
  limit: number;
  binding: string;
  after: Position | undefined;
  before: Position | undefined;
}

/** Lists of records: filter, sort, keyset pages. Nothing is counted unless asked, and nothing is skipped by number. */
@Injectable()
export class RecordQueriesService {
  constructor(
    private readonly rules: CollectionRules,
    private readonly moments: Moments,
    private readonly reader: RecordReader,
    private readonly cursors: CursorCodec,
    private readonly config: HavenConfig,
  ) {}

  /** One page of a collection's records. */
  list(caller: Caller, collection: string, input: RecordQueryInput): Promise<Found> {
    caller.access.demand('records:read', collection);
    const select = projection(input.fields, this.config.limits.fields);
    return this.rules[input.asOf == null ? 'reading' : 'readingPast'](
      caller,
      collection,
      async (rules) => {
        const { id } = rules;
        const query = this.parse(input, `${caller.tenantId}/${id}`, this.moments.of(caller, input));
        const explain = (error: unknown): never => {
          throw explainTimeout(error, query, rules.indexed);
        };
        const [rows, total] = await Promise.all([
          this.page(caller, rules, query),
          input.count ? this.total(caller, id, query, input.count) : undefined,
        ]).catch(explain);
        const slice = this.slice(
          rows,
          query,
          (record) => new RecordView(collection, record, select?.(record.data)),
          () => this.reader.count(caller, id, query).catch(explain),
        );
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
    { filter: json, sort: order, limit, after, before }: RecordQueryInput,
    list: string,
    moment: Moment | undefined,
  ): ParsedQuery {
    if (after !== undefined && before !== undefined)
      throw invalid('VALIDATION_FAILED', '/before', 'after and before exclude each other');
    const filter = this.filter(json);
    const sort = parseSort(order, this.config.limits);
    const binding = `${list}/${hash('sha256', queryFingerprint(filter, sort, moment), 'base64url')}`;
    return {
      filter,
      moment,
      sort,
      limit: pageSize(limit, this.config),
      binding,
      after: this.open(after, binding, sort),
      before: this.open(before, binding, sort),
    };
  }

  /** One row more than the page tells whether there is another page. */
  private async page(
    caller: Caller,
    { id, indexed }: Rules,
    { filter, moment, sort, limit, after, before }: ParsedQuery,
  ): Promise<LiveRecord[]> {
    const query = { filter, moment, limit: limit + 1, indexed };
    if (before === undefined) return this.reader.list(caller, id, { ...query, sort, ...(after && { after }) });
    const rows = await this.reader.list(caller, id, { ...query, sort: reversed(sort), after: before });
    return rows.reverse();
  }

  private slice(
    rows: LiveRecord[],
    query: ParsedQuery,
    view: (record: LiveRecord) => RecordView,
    count: () => Promise<number>,
  ): Slice<RecordView> {
    const { sort, limit, binding, after, before } = query;
    const more = rows.length > limit;
    const page = before === undefined ? rows.slice(0, limit) : rows.slice(-limit);
    const cursorAt = (index: number): string => {
      const record = page[index];
      return record ? this.cursors.seal([...positionOf(sort, record)], binding) : '';
    };
    const hasNext = before === undefined ? more : true;
    const hasPrevious = before === undefined ? after !== undefined : more;
    return new Slice(page.map(view), hasNext && page.length > 0, hasPrevious, cursorAt, count);
  }

  private open(cursor: string | undefined, binding: string, sort: Sort): Position | undefined {
    if (cursor === undefined) return undefined;
    const position = this.cursors.open(cursor, binding);
    if (!isPosition(sort, position))
      throw new HavenError('CURSOR_INVALID', 'The cursor does not belong to this list; start again without it.');
    return position;
  }

  private total(caller: Caller, collectionId: number, selection: Selection, kind: string): Promise<number> {
    return kind === 'exact'
      ? this.reader.count(caller, collectionId, selection)
      : this.reader.estimate(caller, collectionId, selection);
  }
}
