import { Injectable } from '@nestjs/common';

import { UnitOfWork } from '@haven/platform';

import type { Filter } from '../domain/query/filter.js';
import { RecordReader } from '../domain/record-reader.js';
import type { LiveRecord, RecordQuery } from '../domain/record-reader.js';
import { listSql } from './list-sql.js';
import { filterSql } from './query-sql.js';
import { recordOf } from './record-store.pg.js';
import type { RecordRow } from './record-store.pg.js';

const COLUMNS = 'id, version, data, created_at, updated_at';
const BATCH = 500;

/** Living records in PostgreSQL. The collection's number stands in the text, so that its partial indexes are recognised. */
@Injectable()
export class PgRecordReader extends RecordReader {
  constructor(private readonly uow: UnitOfWork) {
    super();
  }

  async find(collectionId: number, id: string): Promise<LiveRecord | null> {
    const [row] = await this.select(`SELECT ${COLUMNS} FROM haven.live_records WHERE collection_id = $1 AND id = $2`, [
      collectionId,
      id,
    ]);
    return row ?? null;
  }

  async list(collectionId: number, query: RecordQuery): Promise<LiveRecord[]> {
    const { text, params } = listSql(COLUMNS, collectionId, query);
    return this.select(text, params);
  }

  async count(collectionId: number, filter: Filter): Promise<number> {
    const params: unknown[] = [];
    const [row] = await this.uow
      .current()
      .query<{ count: string }>(
        `SELECT count(*) FROM haven.live_records WHERE ${where(collectionId, filter, params)}`,
        params,
      );
    return Number(row?.count);
  }

  async estimate(collectionId: number, filter: Filter): Promise<number> {
    const params: unknown[] = [];
    const [row] = await this.uow
      .current()
      .query<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>(
        `EXPLAIN (FORMAT JSON) SELECT 1 FROM haven.live_records WHERE ${where(collectionId, filter, params)}`,
        params,
      );
    return row?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0;
  }

  async *stream(collectionId: number, filter: Filter): AsyncIterable<LiveRecord[]> {
    const params: unknown[] = [];
    const transaction = this.uow.current();
    await transaction.query(
      `DECLARE stream NO SCROLL CURSOR FOR SELECT ${COLUMNS} FROM haven.live_records WHERE ${where(collectionId, filter, params)}`,
      params,
    );
    for (
      let rows = await this.select(`FETCH ${BATCH} FROM stream`);
      rows.length > 0;
      rows = await this.select(`FETCH ${BATCH} FROM stream`)
    ) {
      yield rows;
    }
    await transaction.query('CLOSE stream');
  }

  private async select(sql: string, params: unknown[] = []): Promise<LiveRecord[]> {
    const rows = await this.uow.current().query<RecordRow>(sql, params);
    return rows.map((row) => recordOf(row) as LiveRecord); // the view holds no tombstones
  }
}

function where(collectionId: number, filter: Filter, params: unknown[]): string {
  return `collection_id = ${collectionId} AND ${filterSql(filter, params)}`;
}
