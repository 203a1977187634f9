import { Injectable } from '@nestjs/common';

import { CollectionCache, readyIndexes } from '@haven/collections';
import type { CollectionSnapshot } from '@haven/collections';
import { HavenConfig } from '@haven/config';
import { UnitOfWork } from '@haven/database';
import { HavenError, invalid, limitExceeded, Precondition, withPointerPrefix } from '@haven/kernel';
import type { Caller, JsonValue } from '@haven/kernel';
import { parseFilter, parseSort, pathsOf } from '@haven/query';
import type { Filter } from '@haven/query';

import { FilteredRecords } from '../domain/filtered-records.js';
import { readOperations } from '../domain/patch/patch-operation.js';
import { RecordReader } from '../domain/record-reader.js';
import { refuseImpossibleFields } from './impossible-fields.js';
import { explainTimeout } from './query-timeout.js';
import { deletion, merging, patching } from './record-changes.js';
import type { Change, Decision } from './record-changes.js';
import { document, patchLimits, refuseForeignPaths } from './record-input.js';
import { RecordWriter } from './record-writer.js';
import { searchSupport } from './search-support.js';
import { ChangedRecordsView, ChangedRecordView, LIMIT_RULE } from './records-by-filter.contract.js';
import type { RecordsDeletionInput, RecordsUpdateInput } from './records-by-filter.contract.js';

/** A change of all records that match a filter. */
interface FilteredChange {
  /** The filter as the client sent it. */
  readonly filter: JsonValue;
  /** Maximum number of records. */
  readonly limit: number;
  readonly deletes: boolean;
  /** Returns the decision for one of the records. */
  readonly decide: (id: string) => Decision;
}

/** Changes or deletes all records that match a filter, in one transaction. */
@Injectable()
export class RecordsByFilterService {
  constructor(
    private readonly collections: CollectionCache,
    private readonly records: FilteredRecords,
    private readonly reader: RecordReader,
    private readonly writer: RecordWriter,
    private readonly uow: UnitOfWork,
    private readonly config: HavenConfig,
  ) {}

  /** Applies a patch to all records that match. */
  async update(caller: Caller, collection: string, input: RecordsUpdateInput): Promise<ChangedRecordsView> {
    requireScopes(caller, collection);
    return this.change(caller, collection, { ...this.selection(input), deletes: false, decide: this.patch(input) });
  }

  /** Deletes all records that match. */
  async delete(caller: Caller, collection: string, input: RecordsDeletionInput): Promise<ChangedRecordsView> {
    requireScopes(caller, collection);
    const decide = (id: string) => deletion(id, Precondition.none);
    return this.change(caller, collection, { ...this.selection(input), deletes: true, decide });
  }

  private selection({ filter, limit }: RecordsDeletionInput): Pick<FilteredChange, 'filter' | 'limit'> {
    const { batchOperations } = this.config.limits;
    if (filter === undefined) throw invalid('VALIDATION_FAILED', '/filter', 'must be a filter; {} matches all records');
    if (limit !== undefined && limit < 1) throw invalid('VALIDATION_FAILED', '/limit', LIMIT_RULE); // from GraphQL
    if (limit !== undefined && limit > batchOperations)
      throw limitExceeded('limits.batchOperations', batchOperations, '/limit');
    return { filter, limit: limit ?? batchOperations };
  }

  private patch({ data, operations }: RecordsUpdateInput): (id: string) => Decision {
    if ((data === undefined) === (operations === undefined))
      throw invalid('VALIDATION_FAILED', '', 'Must have either `data` or `operations`');
    if (operations === undefined) {
      const patch = document(data);
      return (id) => merging(id, () => patch, Precondition.none);
    }
    withPointerPrefix('/operations', () => {
      refuseForeignPaths(operations);
      readOperations(operations, this.config.limits.patchOperations); // also if no record matches
    });
    return (id) => patching(id, operations, patchLimits(this.config), Precondition.none, '/operations');
  }

  private change(caller: Caller, collection: string, change: FilteredChange): Promise<ChangedRecordsView> {
    let charged = 0;
    return this.uow.run(caller, async () => {
      const snapshot = await this.collections.lockForWrite(caller, collection);
      const { limits } = this.config;
      const filter = parseFilter(change.filter, limits, searchSupport(snapshot, limits, undefined));
      if (snapshot.requirePrecondition) throw versionsRequired(collection);
      refuseImpossibleFields(snapshot, pathsOf(filter, []));
      const found = await this.find(caller, snapshot, filter, change.limit);
      if (found.length > charged) await caller.consume?.(found.length - charged);
      charged = Math.max(charged, found.length); // a retry of the transaction is not charged again
      const { deletes, decide } = change;
      const ids = await this.records.lock(snapshot.id, found, filter, deletes ? 'delete' : 'change');
      const changes = ids.map((id): Change => ({ collection, id, decide: decide(id), deletes }));
      const results = await this.writer.changeAll(caller, changes, (index, error) => ofRecord(ids[index], error));
      return new ChangedRecordsView(results.map(({ event }) => new ChangedRecordView(event.recordId, event.version)));
    });
  }

  /** Finds the records that match before they are locked. Throws `LIMIT_EXCEEDED` if there are too many. */
  private async find(caller: Caller, snapshot: CollectionSnapshot, filter: Filter, limit: number): Promise<string[]> {
    const sort = parseSort('$id', this.config.limits); // rows are always locked in the order of their ids
    const query = { filter, sort, indexes: readyIndexes(snapshot), limit: limit + 1 };
    try {
      const found = await this.records.find(caller, snapshot.id, query);
      if (found.length <= limit) return found;
      throw tooMany(await this.reader.count(caller, snapshot.id, query), limit);
    } catch (error) {
      throw explainTimeout(error, query);
    }
  }
}

function requireScopes({ access }: Caller, collection: string): void {
  access.requireScope('records:write', collection);
  access.requireScope('records:read', collection); // the result shows which records match
}

/** Names a request that can state versions, because a filter cannot. */
function versionsRequired(collection: string): HavenError {
  return new HavenError(
    'PRECONDITION_REQUIRED',
    `The collection "${collection}" requires the version of every record that is changed, and a change by filter ` +
      'states none. Find the records, and change them in a batch whose operations have `expectedVersion`.',
  );
}

function tooMany(count: number, limit: number): HavenError {
  return invalid(
    'LIMIT_EXCEEDED',
    '/limit',
    `is ${limit} (at most limits.batchOperations), but ${count} records match the filter`,
  );
}

/** Names the record in an error. Omits the headers, because an `ETag` would seem to describe all records. */
function ofRecord(id = '', { code, detail, extras }: HavenError): HavenError {
  const { headers: _, errors, ...others } = extras;
  const named = (text: string) => `Record ${id}: ${text}`;
  const details = errors?.map((error) => ({ ...error, detail: named(error.detail) }));
  return new HavenError(code, named(detail), { ...others, ...(details && { errors: details }) });
}
