import { Injectable } from '@nestjs/common';

import { CollectionCache, readyIndexes } from '@haven/collections';
import type { CollectionSnapshot } from '@haven/collections';
import { HavenConfig } from '@haven/config';
import { HavenError, invalid, withQueryPart } from '@haven/kernel';
import type { Caller, PageRequest, Slice } from '@haven/kernel';

import { isRecordId } from '../domain/links.js';
import { RecordReader } from '../domain/record-reader.js';
import type { LiveRecord } from '../domain/record-reader.js';
import { isPlainIndexOn } from '../domain/referring-records.js';
import { AsOfResolver } from './as-of-resolver.js';
import { ExpansionBudget } from './expansion-budget.js';
import { explainTimeout } from './query-timeout.js';
import { RecordQueryParser } from './record-query-parser.js';
import type { ParsedQuery } from './record-query-parser.js';
import { RecordView } from './records.contract.js';
import { RelatedPages } from './related-pages.js';
import type { RelatedOptions, RelatedPageOptions, RelatingMember } from './related-records.contract.js';

/**
 * Reads the records to which others refer, and those that refer to others: for all records of a page together, with one
 * statement.
 */
@Injectable()
export class RelatedRecordsService {
  constructor(
    private readonly collections: CollectionCache,
    private readonly parser: RecordQueryParser,
    private readonly asOf: AsOfResolver,
    private readonly reader: RecordReader,
    private readonly relatedPages: RelatedPages,
    private readonly config: HavenConfig,
  ) {}

  /** Returns a budget for all related records of one response. */
  budget(): ExpansionBudget {
    return new ExpansionBudget(this.config.limits, '');
  }

  /**
   * Returns the records with the given ids, in their order. Those that do not exist, or did not at the moment, are
   * null, and so is a text that is not an id. All are null if the collection does not exist or the caller may not read
   * it.
   */
  async byIds(
    caller: Caller,
    collection: string,
    ids: readonly string[],
    options: RelatedOptions = {},
  ): Promise<(RecordView | null)[]> {
    const wanted = [...new Set(ids.filter(isRecordId))];
    const isAllowed = caller.access.allows('records:read', collection);
    const records = isAllowed && wanted.length > 0 ? await this.find(caller, collection, wanted, options) : [];
    const views = new Map(records.map((record) => [record.id, new RecordView(collection, record)]));
    return ids.map((id) => views.get(id) ?? null);
  }

  /**
   * Returns a page of the records that refer to each of the given records. A cursor belongs to the list of one record,
   * so with `after` or `before` the result of every other record is the error `CURSOR_INVALID`. Cursors are those of
   * the list of the collection with the same sort and moment, whose filter has the reference as a further member:
   * `{"director": "<id>"}`, or `{"cast": {"_contains": "<id>"}}` for a list of ids. The first `count` of a slice counts
   * for all of them, with one statement. Throws `FORBIDDEN`, `NOT_FOUND`, or what is wrong with the filter, the sort,
   * the moment or the page, as the list of the collection does.
   */
  async pages(
    caller: Caller,
    member: RelatingMember,
    ids: readonly string[],
    page: PageRequest,
    options: RelatedPageOptions = {},
  ): Promise<(Slice<RecordView> | HavenError)[]> {
    const { collection, path } = member;
    caller.access.requireScope('records:read', collection);
    if (ids.length === 0) return [];
    const { filter, budget = this.budget() } = options;
    const read = async (snapshot: CollectionSnapshot) => {
      const query = await this.parser.parse(caller, snapshot, options);
      refuseScore(query);
      await this.parser.refuseImpossible(caller, snapshot, query);
      const lists = { caller, snapshot, member, ids, query, filter, budget };
      const slices = await this.relatedPages.read(lists, page).catch((error: unknown) => {
        throw explainTimeout(error, query);
      });
      // The statement that reads the first pages by an index fails if the collection no longer exists.
      const isFirst = page.after === undefined && page.before === undefined;
      const isVerified = isFirst && readyIndexes(snapshot).some(isPlainIndexOn(path));
      return { slices, isNothing: !isVerified && slices.every(isEmpty) };
    };
    const { slices } = await (options.asOf == null
      ? this.collections.readCurrent(caller, collection, read, ({ isNothing }) => isNothing)
      : this.collections.readPast(caller, collection, read));
    return slices;
  }

  private async find(
    caller: Caller,
    collection: string,
    ids: readonly string[],
    options: RelatedOptions,
  ): Promise<LiveRecord[]> {
    const moment = this.asOf.resolve(caller, options);
    const { budget = this.budget() } = options;
    budget.addRecords(ids.length);
    const read = ({ id }: CollectionSnapshot) => this.reader.findMany(caller, id, ids, budget.remainingBytes, moment);
    try {
      const { records, isComplete } = await (moment
        ? this.collections.readPast(caller, collection, read)
        : this.collections.readCurrent(caller, collection, read, isNone));
      if (!isComplete) budget.addBytes(Infinity);
      for (const { document } of records) budget.addBytes(document.text.length);
      return records;
    } catch (error) {
      if (error instanceof HavenError && error.code === 'NOT_FOUND') return [];
      throw error;
    }
  }
}

function refuseScore({ ranked }: ParsedQuery): void {
  if (!ranked) return;
  const detail = '"$score" does not sort related records; list their collection with the reference in the filter';
  withQueryPart('sort', () => {
    throw invalid('SORT_INVALID', '', detail);
  });
}

function isNone({ records, isComplete }: Awaited<ReturnType<RecordReader['findMany']>>): boolean {
  return isComplete && records.length === 0;
}

function isEmpty(slice: Slice<RecordView> | HavenError): boolean {
  return slice instanceof HavenError || slice.items.length === 0;
}
