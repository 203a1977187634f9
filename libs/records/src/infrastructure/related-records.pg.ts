import { Injectable } from '@nestjs/common';

import { UnitOfWork } from '@haven/database';
import type { Statement, TextRow } from '@haven/database';
import { EventLoopTurn } from '@haven/kernel';
import type { Caller } from '@haven/kernel';
import type { Moment } from '@haven/query';

import type { LiveRecord } from '../domain/record-reader.js';
import { RelatedRecords } from '../domain/related-records.js';
import type { RelatedQuery, RelatedSelection } from '../domain/related-records.js';
import { prunedStatement, refusePruned } from './pruned-versions.js';
import { liveRecords } from './record-rows.js';
import { relatedCountsSql } from './relation-counts.js';
import { relatedSql } from './relation-sql.js';

/** Reads related records from PostgreSQL. */
@Injectable()
export class PgRelatedRecords extends RelatedRecords {
  constructor(private readonly uow: UnitOfWork) {
    super();
  }

  async find(
    caller: Caller,
    collectionId: number,
    ids: readonly string[],
    query: RelatedQuery,
  ): Promise<{ records: LiveRecord[][]; isComplete: boolean }> {
    const rows = await this.rows(caller, collectionId, relatedSql(collectionId, ids, query), query.moment);
    const records = ids.map((): LiveRecord[] => []);
    const turn = new EventLoopTurn();
    for (const [place, ...row] of rows) {
      if (turn.isLong) await turn.pause();
      if (row.pop() !== 't') return { records, isComplete: false };
      records[Number(place) - 1]?.push(...liveRecords([row]));
    }
    return { records, isComplete: true };
  }

  async count(
    caller: Caller,
    collectionId: number,
    ids: readonly string[],
    selection: RelatedSelection,
  ): Promise<number[]> {
    const statement = relatedCountsSql(collectionId, ids, selection);
    const rows = await this.rows(caller, collectionId, statement, selection.moment);
    return rows.map(([count]) => Number(count));
  }

  /** A read of the past uses the primary, because a replica may not have reached that point in time yet. */
  private async rows(
    caller: Caller,
    collectionId: number,
    statement: Statement,
    moment: Moment | undefined,
  ): Promise<TextRow[]> {
    if (!moment) return this.uow.read(caller, statement, { isLong: true, mayLag: true });
    const [rows = [], pruned = []] = await this.uow.query(caller, statement, prunedStatement(collectionId, moment));
    refusePruned(pruned);
    return rows;
  }
}
