import { Injectable } from '@nestjs/common';

import type { JsonObject } from '@haven/kernel';
import { Collision, UnitOfWork } from '@haven/platform';

import type { LoggedEvent, RecordEvent, RecordEventType } from '../domain/record-event.js';
import { RecordStore } from '../domain/record-store.js';
import { StoredRecord } from '../domain/stored-record.js';

/** A row of `haven.records` as the driver gives it. */
export interface RecordRow {
  id: string;
  version: number;
  data: JsonObject | null;
  created_at: Date;
  updated_at: Date;
}

interface EventRow {
  record_id: string;
  version: number;
  type: RecordEventType;
  data: JsonObject | null;
  actor: string;
  trace_id: string;
  at: Date;
}

/** The one statement that writes records: rows and their events together; a row that has moved on is left out of what returns. */
const APPEND = `
WITH change AS (
  SELECT * FROM unnest($2::uuid[], $3::integer[], $4::text[], $5::jsonb[]) AS c (id, version, type, data)
), stored AS (
  INSERT INTO haven.records AS r (collection_id, id, version, data, created_at, updated_at)
  SELECT $1, id, version, data, now(), now() FROM change
  ON CONFLICT (tenant_id, collection_id, id) DO UPDATE SET
    version = excluded.version,
    data = excluded.data,
    created_at = CASE WHEN r.data IS NULL THEN excluded.created_at ELSE r.created_at END,
    updated_at = excluded.updated_at
  WHERE r.version = excluded.version - 1
  RETURNING id, created_at, updated_at
), logged AS (
  INSERT INTO haven.events (collection_id, record_id, version, type, data, actor, trace_id, at)
  SELECT $1, id, version, type, data, $6, $7, now() FROM change JOIN stored USING (id)
)
SELECT id, created_at, updated_at FROM stored`;

/** Records and events in PostgreSQL. */
@Injectable()
export class PgRecordStore extends RecordStore {
  constructor(private readonly uow: UnitOfWork) {
    super();
  }

  async lock(collectionId: number, ids: readonly string[]): Promise<Map<string, StoredRecord>> {
    const rows = await this.uow.current().query<RecordRow>(
      `SELECT id, version, data, created_at, updated_at FROM haven.records
       WHERE tenant_id = haven.current_tenant() AND collection_id = $1 AND id = ANY($2::uuid[]) ORDER BY id FOR UPDATE`,
      [collectionId, ids],
    );
    return new Map(rows.map((row) => [row.id, recordOf(row)]));
  }

  async append(collectionId: number, events: readonly RecordEvent[]): Promise<StoredRecord[]> {
    const { caller } = this.uow.current();
    const rows = await this.uow
      .current()
      .query<Omit<RecordRow, 'data' | 'version'>>(APPEND, [
        collectionId,
        events.map(({ recordId }) => recordId),
        events.map(({ version }) => version),
        events.map(({ type }) => type),
        events.map(({ data }) => data && JSON.stringify(data)),
        caller.actor,
        caller.traceId,
      ]);
    const written = new Map(rows.map((row) => [row.id, row]));
    return events.map(({ recordId, version, data }) => {
      const row = written.get(recordId);
      if (!row) throw new Collision(`Record ${recordId} was made by somebody else meanwhile.`);
      return new StoredRecord(recordId, version, data, row.created_at, row.updated_at);
    });
  }

  async history(collectionId: number, id: string, limit: number, before?: number): Promise<LoggedEvent[]> {
    const rows = await this.uow.current().query<EventRow>(
      `SELECT record_id, version, type, data, actor, trace_id, at FROM haven.events
       WHERE tenant_id = haven.current_tenant() AND collection_id = $1 AND record_id = $2 AND version < $3
       ORDER BY version DESC LIMIT $4`,
      [collectionId, id, before ?? 2 ** 31 - 1, limit],
    );
    return rows.map(({ record_id: recordId, trace_id: traceId, ...rest }) => ({ ...rest, recordId, traceId }));
  }
}

/** The record a row is. */
export function recordOf({ id, version, data, created_at, updated_at }: RecordRow): StoredRecord {
  return new StoredRecord(id, version, data, created_at, updated_at);
}
