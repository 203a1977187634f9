import { Injectable } from '@nestjs/common';

import { UnitOfWork } from '@haven/database';
import type { Statement, TextRow } from '@haven/database';
import type { Caller } from '@haven/kernel';
import type { Moment } from '@haven/query';

import { RecordReader } from '../domain/record-reader.js';
import type { FieldSelection, LiveRecord, RankedQuery, RecordQuery, ScoredRecord } from '../domain/record-reader.js';
import { areMany, fewMatchesSql, isByTime, listByTime, listSql } from './list-sql.js';
import { VERSION_AT, versionAt } from './moment-sql.js';
import { prunedStatement, refusePruned } from './pruned-versions.js';
import { rankedSql } from './ranked-sql.js';
import { readSelection } from './read-selection.js';
import { liveRecords, RECORD_COLUMNS } from './record-rows.js';
import { countSql, estimateSql, selectionSql } from './selection-sql.js';

const BATCH = 500;

/** Maximum number of records for which a read by id shares its connection with other statements. */
const FEW_IDS = 20;

/** Place of the first column after those of RECORD_COLUMNS. */
const RECORD_COLUMN_COUNT = 5;

/** Reads records from PostgreSQL. */
@Injectable()
export class PgRecordReader extends RecordReader {
  constructor(private readonly uow: UnitOfWork) {
    super();
  }

  async current(caller: Caller, collectionId: number, id: string): Promise<LiveRecord | null> {
    return liveRecords(await this.uow.read(caller, findStatement(collectionId, id), { isByKey: true }))[0] ?? null;
  }

  async find(caller: Caller, collectionId: number, id: string, moment?: Moment): Promise<LiveRecord | null> {
    const rows = moment
      ? await this.rows(caller, collectionId, findAt(collectionId, id, moment), moment)
      : await this.uow.read(caller, findStatement(collectionId, id), { mayLag: true, isByKey: true });
    return liveRecords(rows)[0] ?? null;
  }

  async findMany(
    caller: Caller,
    collectionId: number,
    ids: readonly string[],
    maxBytes: number,
    moment?: Moment,
  ): Promise<{ records: LiveRecord[]; isComplete: boolean }> {
    const statement = manyStatement(collectionId, ids, maxBytes, moment);
    const rows = await this.rows(caller, collectionId, statement, moment, ids.length > FEW_IDS);
    const fitting = rows.filter((row) => row[RECORD_COLUMN_COUNT] === 't');
    return { records: liveRecords(fitting), isComplete: fitting.length === rows.length };
  }

  async list(caller: Caller, collectionId: number, query: RecordQuery): Promise<LiveRecord[]> {
    if (isByTime(query))
      return liveRecords(
        await this.uow.read(caller, listByTime(RECORD_COLUMNS, collectionId, query), { mayLag: true }),
      );
    const few = fewMatchesSql(collectionId, query);
    const found = few && (await this.uow.read(caller, few, { mayLag: true }));
    if (found && !areMany(found)) return liveRecords(found);
    const statement = listSql(RECORD_COLUMNS, collectionId, query);
    return liveRecords(await this.rows(caller, collectionId, statement, query.moment));
  }

  async ranked(
    caller: Caller,
    collectionId: number,
    query: RankedQuery,
  ): Promise<{ records: ScoredRecord[]; truncated: boolean }> {
    const rows = await this.uow.read(caller, rankedSql(collectionId, query), { isLong: true, mayLag: true });
    const found = rows.filter(([, score]) => score !== null);
    const records = liveRecords(found.map(([, , ...columns]) => columns));
    return {
      records: records.map((record, place) => ({ record, score: Number(found[place]?.[1]) })),
      truncated: rows[0]?.[0] === 't',
    };
  }

  async count(caller: Caller, collectionId: number, selection: FieldSelection): Promise<number> {
    const params: unknown[] = [];
    const statement = { text: countSql(collectionId, selection, params), values: params };
    const [[count] = []] = await this.rows(caller, collectionId, statement, selection.moment);
    return Number(count);
  }

  async estimate(caller: Caller, collectionId: number, selection: FieldSelection): Promise<number> {
    const params: unknown[] = [];
    const text = `EXPLAIN (FORMAT JSON) ${estimateSql(collectionId, selection, params)}`;
    const [[plan] = []] = await this.rows(caller, collectionId, { text, values: params }, selection.moment);
    const [{ Plan: root }] = JSON.parse(plan ?? '') as [{ Plan: { 'Plan Rows': number } }]; // EXPLAIN's JSON format
    return root['Plan Rows'];
  }

  async *stream(collectionId: number, selection: FieldSelection): AsyncIterable<LiveRecord[]> {
    const params: unknown[] = [];
    const transaction = this.uow.current();
    const select = selectionSql(RECORD_COLUMNS, collectionId, selection, params);
    await transaction.pipeline([{ text: `DECLARE stream NO SCROLL CURSOR FOR ${select} ORDER BY id`, values: params }]);
    await this.requireKept(transaction.caller, collectionId, selection.moment);
    for (;;) {
      const [rows = []] = await transaction.pipeline([{ text: `FETCH ${BATCH} FROM stream`, values: [] }]);
      if (rows.length === 0) break;
      yield liveRecords(rows);
    }
    await transaction.pipeline([{ text: 'CLOSE stream', values: [] }]);
  }

  async requireKept(caller: Caller, collectionId: number, moment: Moment | undefined): Promise<void> {
    if (!moment) return;
    const [pruned = []] = await this.uow.query(caller, prunedStatement(collectionId, moment));
    refusePruned(pruned);
  }

  private rows(
    caller: Caller,
    collectionId: number,
    statement: Statement,
    moment: Moment | undefined,
    isLong = true,
  ): Promise<TextRow[]> {
    return readSelection(this.uow, caller, collectionId, statement, moment, isLong);
  }
}

function findStatement(collectionId: number, id: string): Statement {
  return {
    name: 'records.find',
    text: `SELECT ${RECORD_COLUMNS} FROM haven.live_records WHERE collection_id = $1 AND id = $2`,
    values: [collectionId, id],
  };
}

/**
 * Selects the records with the given ids, and whether each fits into the given number of bytes together with those
 * before it; the document of one that does not is left out. `OFFSET 0` lets PostgreSQL print each document once.
 */
function manyStatement(
  collectionId: number,
  ids: readonly string[],
  maxBytes: number,
  moment: Moment | undefined,
): Statement {
  const [kind, value] = kindOf(moment);
  const found =
    kind === 'now'
      ? 'haven.live_records WHERE collection_id = $1 AND id = ANY($2::uuid[])'
      : `unnest($2::uuid[]) AS link (id) CROSS JOIN LATERAL (${versionAt('link.id')[kind]}) AS found`;
  const id = kind === 'now' ? 'id' : 'found.id';
  const maximum = kind === 'now' ? '$3' : '$4';
  return {
    name: `records.findMany.${kind}`,
    text: `SELECT id, version, CASE WHEN bytes <= ${maximum}::bigint THEN document END, created_at, updated_at, bytes <= ${maximum}::bigint
           FROM (
             SELECT *, sum(octet_length(document)) OVER (ROWS UNBOUNDED PRECEDING) AS bytes FROM (
               SELECT ${id}, version, data::text AS document, created_at, updated_at FROM ${found} OFFSET 0
             ) AS printed
           ) AS measured`,
    values: [collectionId, ids, ...(kind === 'now' ? [] : [value]), maxBytes],
  };
}

function kindOf(moment: Moment | undefined): ['now', undefined] | ['time', string] | ['seq', number] {
  if (!moment) return ['now', undefined];
  return 'time' in moment ? ['time', moment.time] : ['seq', moment.seq];
}

function findAt(collectionId: number, id: string, moment: Moment): Statement {
  const [kind, value] = 'time' in moment ? (['time', moment.time] as const) : (['seq', moment.seq] as const);
  return {
    name: `records.find.${kind}`,
    text: `SELECT ${RECORD_COLUMNS} FROM (${VERSION_AT[kind]}) AS found`,
    values: [collectionId, id, value],
  };
}
