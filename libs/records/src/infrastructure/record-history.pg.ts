import { Injectable } from '@nestjs/common';

import { UnitOfWork } from '@haven/database';
import type { Statement } from '@haven/database';
import { EventLoopTurn } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import type { LoggedEvent } from '../domain/record-event.js';
import { RecordHistory } from '../domain/record-history.js';
import type { HistoryRange, HistorySlice } from '../domain/record-history.js';
import { EVENT_COLUMNS, toRecordEvent } from './record-rows.js';

/** Reads the versions of records from PostgreSQL, with one statement for each direction. */
@Injectable()
export class PgRecordHistory extends RecordHistory {
  constructor(private readonly uow: UnitOfWork) {
    super();
  }

  async read(caller: Caller, ranges: readonly HistoryRange[]): Promise<(HistorySlice | null)[]> {
    const found = ranges.map(() => ({ exists: false, newest: 0, events: [] as LoggedEvent[] }));
    const directions = [false, true].filter((backwards) => ranges.some((range) => range.backwards === backwards));
    const statements = directions.map((backwards) => rangesStatement(ranges, backwards));
    const turn = new EventLoopTurn();
    for (const rows of await this.uow.query(caller, ...statements)) {
      for (const [nr, collectionId, newest, ...event] of rows) {
        if (turn.isLong) await turn.pause();
        const slice = found[Number(nr)];
        if (!slice) continue;
        slice.exists = collectionId !== null;
        slice.newest = Number(newest);
        if (event[0] !== null) slice.events.push(toRecordEvent(event));
      }
    }
    return found.map(({ exists, newest, events }, index) => {
      events.sort(ranges[index]?.backwards ? oldestFirst : newestFirst);
      return exists ? { newest: newest || (events[0]?.version ?? 0), events } : null;
    });
  }
}

/**
 * Reads the ranges of one direction, each with its own limit, by key. A window function would read all versions of each
 * record. The newest version is only looked up for ranges that need not begin with it.
 */
function rangesStatement(ranges: readonly HistoryRange[], backwards: boolean): Statement {
  const numbered = [...ranges.entries()].filter(([, range]) => range.backwards === backwards);
  const ofRecord = `tenant_id = haven.current_tenant() AND collection_id = c.id AND record_id = range.record_id`;
  return {
    name: backwards ? 'events.historyBack' : 'events.history',
    text: `SELECT range.nr, c.id, newest.version, e.*
           FROM unnest($1::integer[], $2::text[], $3::uuid[], $4::integer[], $5::integer[])
             AS range (nr, collection, record_id, beyond, size)
           LEFT JOIN haven.collections AS c
             ON c.tenant_id = haven.current_tenant() AND c.name = range.collection AND c.deleted_at IS NULL
           LEFT JOIN LATERAL (
             SELECT ${EVENT_COLUMNS} FROM haven.events
             WHERE ${ofRecord} AND version ${backwards ? '>' : '<'} coalesce(range.beyond, ${backwards ? 0 : LAST_VERSION})
             ORDER BY version ${backwards ? 'ASC' : 'DESC'} LIMIT range.size
           ) AS e ON TRUE
           LEFT JOIN LATERAL (
             SELECT version FROM haven.events WHERE ${ofRecord} AND ${backwards ? 'TRUE' : 'range.beyond IS NOT NULL'}
             ORDER BY version DESC LIMIT 1
           ) AS newest ON TRUE`,
    values: [
      numbered.map(([nr]) => nr),
      numbered.map(([, { collection }]) => collection),
      numbered.map(([, { id }]) => id),
      numbered.map(([, { beyond }]) => beyond ?? null),
      numbered.map(([, { limit }]) => limit),
    ],
  };
}

const LAST_VERSION = 2 ** 31 - 1;

function newestFirst(one: LoggedEvent, other: LoggedEvent): number {
  return other.version - one.version;
}

function oldestFirst(one: LoggedEvent, other: LoggedEvent): number {
  return one.version - other.version;
}
