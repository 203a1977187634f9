import { Injectable } from '@nestjs/common';

import { UnitOfWork } from '@haven/database';
import type { TextRow } from '@haven/database';
import type { Caller } from '@haven/kernel';
import type { Filter } from '@haven/query';

import { FilteredRecords } from '../domain/filtered-records.js';
import type { RecordQuery } from '../domain/record-reader.js';
import { listSql } from './list-sql.js';
import { filterSql } from './query-sql.js';
import { RECORD_COLUMNS } from './record-rows.js';

/** Finds and locks records in PostgreSQL. */
@Injectable()
export class PgFilteredRecords extends FilteredRecords {
  constructor(private readonly uow: UnitOfWork) {
    super();
  }

  async find(caller: Caller, collectionId: number, query: RecordQuery): Promise<string[]> {
    const { text, values } = listSql(RECORD_COLUMNS, collectionId, query);
    const rows = await this.uow.read(caller, { text: `SELECT id FROM (${text}) AS found`, values }, { isLong: true });
    return idsOf(rows);
  }

  /**
   * The rows are matched by a second statement, so that it sees what other transactions have written until the rows
   * were locked.
   */
  async lock(
    collectionId: number,
    ids: readonly string[],
    filter: Filter,
    purpose: 'change' | 'delete',
  ): Promise<string[]> {
    const values: unknown[] = [collectionId, ids];
    const [, rows = []] = await this.uow.current().pipeline([
      {
        name: `records.lockIds.${purpose}`,
        text: `SELECT FROM haven.records
               WHERE tenant_id = haven.current_tenant() AND collection_id = $1 AND id = ANY($2::uuid[])
               ORDER BY id ${purpose === 'delete' ? 'FOR UPDATE' : 'FOR NO KEY UPDATE'}`,
        values: [collectionId, ids],
      },
      {
        text: `SELECT id FROM haven.live_records
               WHERE collection_id = $1 AND id = ANY($2::uuid[]) AND ${filterSql(filter, values)} ORDER BY id`,
        values,
      },
    ]);
    return idsOf(rows);
  }
}

function idsOf(rows: readonly TextRow[]): string[] {
  return rows.map(([id]) => id ?? '');
}
