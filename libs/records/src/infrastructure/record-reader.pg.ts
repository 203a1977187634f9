import { Injectable } from '@nestjs/common';

import type { Caller } from '@haven/kernel';
import { UnitOfWork } from '@haven/platform';
import type { TextRow } from '@haven/platform';

import type { Filter } from '../domain/query/filter.js';
import { RecordReader } from '../domain/record-reader.js';
import type { LiveRecord, RecordQuery } from '../domain/record-reader.js';
import { isByTime, listByTime, listSql } from './list-sql.js';
import { filterSql } from './query-sql.js';
import { RECORD_COLUMNS, recordOf } from './record-rows.js';

const BATCH = 500;

/** Living records in PostgreSQL. */
@Injectable()
export class PgRecordReader extends RecordReader {
  constructor(private readonly uow: UnitOfWork) {
    super();
  }

  async find(caller: Caller, collectionId: number, id: string): Promise<LiveRecord | null> {
    const rows = await this.uow.read(caller, {
      name: 'records.find',
      text: `SELECT ${RECORD_COLUMNS} FROM haven.live_records WHERE collection_id = $1 AND id = $2`,
      values: [collectionId, id],
    });
    return liveRecords(rows)[0] ?? null;
  }

  async list(caller: Caller, collectionId: number, query: RecordQuery): Promise<LiveRecord[]> {
    if (isByTime(query))
      return liveRecords(await this.uow.read(caller, listByTime(RECORD_COLUMNS, collectionId, query)));
    const [rows = []] = await this.uow.pipeline(caller, listSql(RECORD_COLUMNS, collectionId, query));
    return liveRecords(rows);
  }

  async count(caller: Caller, collectionId: number, filter: Filter): Promise<number> {
    return Number(await this.value(caller, 'SELECT count(*)', collectionId, filter));
  }

  async estimate(caller: Caller, collectionId: number, filter: Filter): Promise<number> {
    const plan = await this.value(caller, 'EXPLAIN (FORMAT JSON) SELECT 1', collectionId, filter);
    const [{ Plan: root }] = JSON.parse(plan) as [{ Plan: { 'Plan Rows': number } }]; // EXPLAIN's JSON format
    return root['Plan Rows'];
  }

  async *stream(collectionId: number, filter: Filter): AsyncIterable<LiveRecord[]> {
    const params: unknown[] = [];
    const transaction = this.uow.current();
    const select = `SELECT ${RECORD_COLUMNS} FROM haven.live_records WHERE ${where(collectionId, filter, params)}`;
    await transaction.pipeline([{ text: `DECLARE stream NO SCROLL CURSOR FOR ${select}`, values: params }]);
    for (;;) {
      const [rows = []] = await transaction.pipeline([{ text: `FETCH ${BATCH} FROM stream`, values: [] }]);
      if (rows.length === 0) break;
      yield liveRecords(rows);
    }
    await transaction.pipeline([{ text: 'CLOSE stream', values: [] }]);
  }

  private async value(caller: Caller, select: string, collectionId: number, filter: Filter): Promise<string> {
    const params: unknown[] = [];
    const text = `${select} FROM haven.live_records WHERE ${where(collectionId, filter, params)}`;
    const [rows = []] = await this.uow.pipeline(caller, { text, values: params });
    return rows[0]?.[0] ?? '';
  }
}

/** The view holds no tombstones. */
function liveRecords(rows: readonly TextRow[]): LiveRecord[] {
  return rows.map((row) => recordOf(row) as LiveRecord);
}

function where(collectionId: number, filter: Filter, params: unknown[]): string {
  return `collection_id = ${collectionId} AND ${filterSql(filter, params)}`;
}
