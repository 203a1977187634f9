import { Injectable } from '@nestjs/common';

import { collectionsLock } from '@haven/collections';
import { timeText, toRfc3339, UnitOfWork, WriteConflict } from '@haven/database';
import type { Statement, TextRow } from '@haven/database';
import { DryRun } from '@haven/dry-run';
import { Sequencer } from '@haven/events';
import { PENDING_TIMES, SingleWrites } from '@haven/idempotency';
import { RawJson, sqlState, timeMarker } from '@haven/kernel';
import type { Caller } from '@haven/kernel';
import { counter, Metrics } from '@haven/observability';
import type { LabeledSeries, Counter } from '@haven/observability';
import { withValueAt } from '@haven/query';
import { Quotas } from '@haven/usage';

import { RecordCache } from '../application/record-cache.js';
import type { LoggedEvent, RecordEvent } from '../domain/record-event.js';
import { RecordStore } from '../domain/record-store.js';
import type {
  NewLinks,
  RecordMerge,
  RecordVersion,
  SpooledLines,
  SpoolResult,
  WrittenCollection,
} from '../domain/record-store.js';
import type { LiveRecord } from '../domain/record-reader.js';
import { StoredRecord } from '../domain/stored-record.js';
import { appendSpoolStatement, appendStatement } from './append-statement.js';
import { GroupedMerges } from './grouped-merges.js';
import { GroupedWrites } from './grouped-writes.js';
import type { SingleWrite } from './grouped-writes.js';
import { changeOf, spooledChanges } from './dry-run-changes.js';
import { eventWrite } from './event-write.js';
import { nestedLoops } from './nested-loops.js';
import { newRecordsStatement } from './new-records-statement.js';
import { isDuplicateValue, writeChecked, writeSpoolChecked } from './unique-check.js';
import { usageDelta, isQuotaError } from './usage-delta.js';
import { EVENT_COLUMNS, liveRecords, toRecordEvent, RECORD_COLUMNS, toStoredRecord } from './record-rows.js';

const APPENDED = counter('haven.events.appended', {
  unit: '{event}',
  description: 'Events that this process has committed.',
  labels: {
    'haven.event.type': '`record.created`, `record.updated`, `record.deleted`, `record.restored` or `record.erased`',
  },
});

/** Writes records, their events and their index entries to PostgreSQL. */
@Injectable()
export class PgRecordStore extends RecordStore {
  private readonly appended: LabeledSeries<Counter>;
  private readonly grouped: GroupedWrites;
  private readonly merges: GroupedMerges;

  constructor(
    private readonly uow: UnitOfWork,
    private readonly sequencer: Sequencer,
    private readonly quotas: Quotas,
    private readonly cache: RecordCache,
    private readonly dryRun: DryRun,
    private readonly singleWrites: SingleWrites,
    metrics: Metrics,
  ) {
    super();
    this.grouped = new GroupedWrites(uow);
    this.merges = new GroupedMerges(uow);
    this.appended = metrics.counter(APPENDED);
  }

  async lock(
    collectionId: number,
    ids: readonly string[],
    purpose: 'change' | 'delete' = 'change',
  ): Promise<Map<string, StoredRecord>> {
    const [rows = []] = await this.uow.current().pipeline([
      {
        name: `records.lock.${purpose}`,
        text: `SELECT ${RECORD_COLUMNS} FROM haven.records
               WHERE tenant_id = haven.current_tenant() AND collection_id = $1 AND id = ANY($2::uuid[])
               ORDER BY id ${purpose === 'delete' ? 'FOR UPDATE' : 'FOR NO KEY UPDATE'}`,
        values: [collectionId, ids],
      },
    ]);
    return new Map(rows.map(toStoredRecord).map((record) => [record.id, record]));
  }

  async now(): Promise<string> {
    const [[row] = []] = await this.uow.current().pipeline([NOW]);
    return String(row?.[0]);
  }

  async versions(collectionId: number, wanted: readonly RecordVersion[]): Promise<LoggedEvent[]> {
    if (wanted.length === 0) return [];
    const [rows = []] = await this.uow.current().pipeline([
      {
        name: 'events.versions',
        text: `SELECT ${EVENT_COLUMNS} FROM haven.events
               JOIN unnest($2::uuid[], $3::integer[]) AS wanted (record_id, version) USING (record_id, version)
               WHERE tenant_id = haven.current_tenant() AND collection_id = $1`,
        values: [collectionId, wanted.map(({ id }) => id), wanted.map(({ version }) => version)],
      },
    ]);
    return rows.map(toRecordEvent);
  }

  async append(collection: WrittenCollection, events: readonly RecordEvent[]): Promise<(StoredRecord | undefined)[]> {
    const documents = events.map(({ data }) => data && RawJson.of(data));
    const transaction = this.uow.current();
    // Collections are written at the same time, so their order is kept by reporting before anything is awaited.
    await this.report(transaction.caller, collection, events);
    const growth = usageDelta(events, documents);
    const write = (event: RecordEvent, place: number) =>
      eventWrite(transaction.caller, collection, event, documents[place] ?? null);
    const [rows = []] = await this.quotas.add(transaction.caller, growth, () =>
      writeChecked(
        (statements) => transaction.pipeline(statements),
        collection,
        [appendStatement(collection, events.map(write))],
        recordsWithData(events),
      ),
    );
    transaction.afterCommit(() => this.committed(transaction.caller, collection, events));
    const stored = new Map(rows.map((row) => [`${row[0]}/${row[1]}`, row]));
    return events.map((event, index) => {
      const row = stored.get(`${event.recordId}/${event.version}`);
      return row && storedRecord(event, documents[index] ?? null, row);
    });
  }

  async appendNew(collection: WrittenCollection, events: readonly RecordEvent[]): Promise<void> {
    const transaction = this.uow.current();
    const { caller } = transaction;
    const documents = events.map(({ data }) => JSON.stringify(data));
    const statement = newRecordsStatement(caller, collection, events, documents);
    if (!statement) {
      const stored = await this.append(collection, events);
      if (stored.includes(undefined)) throw createdConcurrently();
      return;
    }
    await this.report(caller, collection, events);
    const bytes = documents.reduce((sum, document) => sum + Buffer.byteLength(document), 0);
    const growth = { records: events.length, bytes };
    const send = (all: readonly Statement[]) => transaction.pipeline(all);
    const written = this.quotas.add(caller, growth, () =>
      writeChecked(send, collection, [statement], recordsWithData(events)),
    );
    const [[[count] = []] = []] = await written.catch((error: unknown) => {
      throw isCreatedConcurrently(error) ? createdConcurrently() : error;
    });
    if (Number(count) !== events.length) throw createdConcurrently();
    transaction.afterCommit(() => this.committed(caller, collection, events));
  }

  async appendSpool(collection: WrittenCollection, spool: SpooledLines): Promise<SpoolResult> {
    const transaction = this.uow.current();
    const { caller } = transaction;
    const growth = { records: spool.records - spool.living, bytes: 0 }; // the bytes have been counted as they arrived
    const counts = await this.quotas.add(caller, growth, () => this.writeSpool(collection, spool));
    const result = { created: counts.get('record.created') ?? 0, updated: counts.get('record.updated') ?? 0 };
    if (result.created + result.updated !== spool.records) {
      throw createdConcurrently();
    }
    const changed = await this.spooledVersions(collection, spool);
    await this.dryRun.report?.add(spool.records, (limit) =>
      spooledChanges(transaction, collection, spool.importId, limit),
    );
    transaction.afterCommit(() => {
      this.cache.changed(caller.tenantId, collection.id, changed);
      this.sequencer.written();
      for (const [type, count] of counts) this.appended.of({ 'haven.event.type': type ?? '' }).add(count);
    });
    return result;
  }

  /** Writes the lines in parts, each with a statement. Returns the numbers of events by their types. */
  private async writeSpool(
    collection: WrittenCollection,
    { importId, lastLine }: SpooledLines,
  ): Promise<Map<string, number>> {
    const transaction = this.uow.current();
    const counts = new Map<string, number>();
    for (let after = 0; after < lastLine; after += SPOOL_PART) {
      const part = { after, last: after + SPOOL_PART };
      const statement = appendSpoolStatement(transaction.caller, collection, importId, part);
      const statements = [nestedLoops('off'), statement, nestedLoops('on')];
      const send = (all: readonly Statement[]) => transaction.pipeline(all);
      const isLast = part.last >= lastLine;
      const [, rows = []] = await (isLast
        ? writeSpoolChecked(send, collection, statements, importId)
        : send(statements));
      for (const [type, count] of rows) counts.set(type ?? '', (counts.get(type ?? '') ?? 0) + Number(count));
    }
    return counts;
  }

  /** Returns the new versions, if copies of the records may be cached. */
  private async spooledVersions({ id }: WrittenCollection, spool: SpooledLines): Promise<WrittenVersion[]> {
    if (!spool.mayBeCached || spool.living === 0) return [];
    const [rows = []] = await this.uow.current().pipeline([
      {
        name: 'records.spooled',
        text: `SELECT id, version FROM haven.records
               WHERE tenant_id = haven.current_tenant() AND collection_id = $1 AND id IN (
                 SELECT record_id FROM haven.import_lines WHERE tenant_id = haven.current_tenant() AND import_id = $2
               )`,
        values: [id, spool.importId],
      },
    ]);
    return rows.map(([recordId, version]) => ({ recordId: recordId ?? '', version: Number(version) }));
  }

  async appendOptimistic(
    caller: Caller,
    collection: WrittenCollection,
    event: RecordEvent,
    links?: NewLinks,
  ): Promise<StoredRecord | undefined> {
    const { document, marker } = toDocument(event);
    const linked = links?.collections ?? [];
    const write = { ...eventWrite(caller, collection, event, document, links?.targets), collection, linked, marker };
    if (!this.singleWrites.arePostponed) return this.writeSingle(write);
    if (marker !== undefined) this.singleWrites.requireTransaction(); // the document contains the time of the write
    this.singleWrites.postpone((response) => this.writeSingle({ ...write, response }));
    const { createdAt, updatedAt } = PENDING_TIMES;
    return new StoredRecord(event.recordId, event.version, document, createdAt, updatedAt);
  }

  private async writeSingle(write: SingleWrite): Promise<StoredRecord | undefined> {
    const { caller, collection, event, document } = write;
    const growth = usageDelta([event], [document]);
    try {
      const row = await this.quotas.add(caller, growth, () =>
        this.uow.isOpen ? this.writeInTransaction(write) : this.grouped.write(write),
      );
      if (!row) return undefined;
      this.uow.afterCommit(() => this.committed(caller, collection, [event]));
      const stored = withTimes(event, storedRecord(event, document, row));
      if (this.dryRun.report)
        await this.report(caller, collection, [event.times ? { ...event, data: stored.data } : event]);
      return stored;
    } catch (error) {
      if (sqlState(error) === LOCK_NOT_AVAILABLE || isDuplicateValue(error) || isQuotaError(error)) return undefined;
      throw error;
    }
  }

  async merge(caller: Caller, collection: WrittenCollection, merge: RecordMerge): Promise<LiveRecord | undefined> {
    try {
      // Reserving as much for each merge under way would refuse others although there is space for all.
      await this.quotas.requireCapacity(caller, { records: 0, bytes: merge.maxBytes });
      const row = await this.merges.write(caller, collection, merge);
      const [record] = liveRecords(row ? [row] : []);
      if (!record) return undefined;
      this.quotas.written(caller, { records: 0, bytes: Buffer.byteLength(record.document.text) });
      const { id: recordId, version } = record;
      this.committed(caller, collection, [{ recordId, version, type: 'record.updated' }]);
      return record;
    } catch (error) {
      if (sqlState(error) === LOCK_NOT_AVAILABLE || isQuotaError(error)) return undefined;
      throw error;
    }
  }

  /** Writes a change in the open transaction, where it can wait for the collection's lock. */
  private async writeInTransaction(write: SingleWrite): Promise<TextRow | undefined> {
    const { caller, collection, event, linked, marker } = write;
    const [, [row] = []] = await writeChecked(
      (statements) => this.uow.write(caller, ...statements),
      collection,
      [collectionsLock(caller, [collection.name, ...linked], 'shared'), appendStatement(collection, [write], marker)],
      recordsWithData([event]),
    );
    return row;
  }

  async emptyVersions(collectionId: number, id: string): Promise<number> {
    const [[row] = []] = await this.uow
      .current()
      .pipeline([{ name: 'events.erase', text: 'SELECT haven.erase_payloads($1, $2)', values: [collectionId, id] }]);
    return Number(row?.[0]);
  }

  /** Reports events to the dry run that is about to roll them back, if the open transaction is one. */
  private report(
    caller: Caller,
    { name }: WrittenCollection,
    events: readonly RecordEvent[],
  ): Promise<void> | undefined {
    const { report } = this.dryRun;
    for (const { recordId, generated } of report ? events : []) {
      if (generated) report?.generated.set(recordId, generated);
    }
    return report?.add(events.length, (limit) =>
      mayKnow(caller, name) ? events.slice(0, limit).map((event) => changeOf(name, event)) : [],
    );
  }

  private committed(
    { tenantId }: Caller,
    { id }: WrittenCollection,
    events: readonly Pick<RecordEvent, 'recordId' | 'version' | 'type'>[],
  ): void {
    this.cache.changed(tenantId, id, events);
    this.sequencer.written();
    for (const { type } of events) this.appended.of({ 'haven.event.type': type }).add();
  }
}

/** Whether a statement failed because a row exists that only another transaction can have written. */
function isCreatedConcurrently(error: unknown): boolean {
  return sqlState(error) === UNIQUE_VIOLATION && !isDuplicateValue(error);
}

const UNIQUE_VIOLATION = '23505';

function createdConcurrently(): WriteConflict {
  return new WriteConflict('One of the records was created concurrently.');
}

/** Reads the time that `now()` has in all statements of the transaction. */
const NOW: Statement = { name: 'records.now', text: `SELECT ${timeText('now()::timestamptz(3)')}`, values: [] };

/** SQL state `lock_not_available`: a row lock was not free within `lock_timeout`. */
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Number of lines of a spooled import that one statement writes, so that its duration and its memory do not depend on
 * the length of the import.
 */
const SPOOL_PART = 5_000;

interface WrittenVersion {
  readonly recordId: string;
  readonly version: number;
}

/** Whether a caller may know the records of a collection, and not only delete the collection with all of them. */
function mayKnow({ access }: Caller, collection: string): boolean {
  return RECORD_SCOPES.some((scope) => access.allows(scope, collection));
}

const RECORD_SCOPES = ['records:read', 'records:write', 'history:erase'] as const;

/** Returns the ids of the records that have values after these events, in the order of their last events. */
function recordsWithData(events: readonly RecordEvent[]): string[] {
  const ids = new Set<string>();
  for (const { recordId, data } of events) {
    ids.delete(recordId);
    if (data) ids.add(recordId);
  }
  return [...ids];
}

/** Returns the document of an event. If its time is not known yet, the document has `marker` in its place. */
function toDocument({ data, times }: RecordEvent): { document: RawJson | null; marker?: string } {
  if (!data || !times) return { document: data && RawJson.of(data) };
  const marker = timeMarker();
  return { document: RawJson.of(withValueAt(data, times, marker)), marker };
}

/** Returns the record with its time in the members that get it. */
function withTimes({ data, times }: RecordEvent, record: StoredRecord): StoredRecord {
  if (!data || !times) return record;
  const { id, version, createdAt, updatedAt } = record;
  return new StoredRecord(id, version, RawJson.of(withValueAt(data, times, updatedAt)), createdAt, updatedAt);
}

function storedRecord({ recordId, version }: RecordEvent, document: RawJson | null, row: TextRow): StoredRecord {
  const [, , createdAt, updatedAt] = row as [string, string, string, string]; // the columns that the statement returns
  return new StoredRecord(recordId, version, document, toRfc3339(createdAt), toRfc3339(updatedAt));
}
