import { Injectable } from '@nestjs/common';

import { Access } from '@haven/kernel';
import { parsePosition, UnitOfWork } from '@haven/platform';
import type { Statement, TextRow } from '@haven/platform';

/** More changes at once than this are not told one by one. */
const MOST = 5_000;

/** So many of the latest changes are told to whoever knows none. */
const FIRST = 1_000;

/** A change of a record. */
export interface RecentChange {
  /** The place in the feed; absent when it has none yet. */
  readonly place: number | undefined;
  readonly collectionId: number;
  readonly recordId: string;
  /** What it made of the record. */
  readonly version: number;
}

/** What has changed in a tenant's records up to a moment, committed by whatever process. */
export interface RecentChanges {
  /** Which database this is of, and which of its histories: a failover begins another, and so does a restore, which makes tables anew. */
  readonly lineage: string;
  /** The changes of every transaction that somebody could see before the log came here are told. */
  readonly position: bigint;
  /** Whether that holds for those that could be seen when the log was just here, too: nothing was being written. */
  readonly isStill: boolean;
  /** The places in the feed that are told: those behind `from`, up to `to`. */
  readonly from: number;
  readonly to: number;
  /** Undefined when they are too many, and anything may have changed. */
  readonly changes: readonly RecentChange[] | undefined;
}

/** Looks for what has changed in the feed, and among the events that have no place there yet. */
@Injectable()
export class ChangeLookout {
  constructor(private readonly uow: UnitOfWork) {}

  /** What has changed behind a place in the tenant's feed; of late, if none is given. */
  async since(tenantId: string, place: number | undefined): Promise<RecentChanges> {
    const caller = { tenantId, actor: 'haven', traceId: '', access: Access.full };
    const [[log = []] = [], [still = []] = [], pending = [], feed = []] = await this.uow.pipeline(
      caller,
      LOG,
      STILL,
      pendingStatement(tenantId),
      feedStatement(place),
    );
    const position = parsePosition(log[0]);
    if (position === undefined) throw new Error('The log has no position.');
    const to = Number(feed[0]?.[0]);
    const found = [...pending, ...feed.map((row) => row.slice(1)).filter(([seq]) => seq != null)];
    return {
      lineage: log[1] ?? '',
      position,
      isStill: still[0] === 't',
      from: place ?? Math.max(0, to - FIRST),
      to,
      changes: pending.length > MOST || feed.length > MOST ? undefined : found.map(changeOf),
    };
  }
}

/** Asked first: whoever was told something when the log was not so far yet was told what the statements that follow can see. */
const LOG: Statement = {
  name: 'log.here',
  text: `SELECT pg_current_wal_insert_lsn(), concat_ws('/', system_identifier, d.oid, 'haven.feed'::regclass::oid, substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))
         FROM pg_control_system(), pg_database AS d WHERE d.datname = current_database()`,
  values: [],
};

/**
 * Whether no transaction that writes is under way: each holds a lock on its own id until it can be seen. The ends of a snapshot
 * would not do, for a transaction newer than all that have ended is at neither.
 */
const STILL: Statement = {
  name: 'log.still',
  text: "SELECT NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'transactionid' AND mode = 'ExclusiveLock')",
  values: [],
};

/** Asked before the feed: what enters it meanwhile is told twice, and nothing never. */
function pendingStatement(tenantId: string): Statement {
  return {
    name: 'changes.pending',
    text: `SELECT NULL, collection_id, record_id, version FROM haven.event_positions
           WHERE position > (SELECT watermark FROM haven.sequencer) AND NOT position <@ (SELECT done FROM haven.sequencer)
             AND tenant_id = $1
           LIMIT ${MOST + 1}`,
    values: [tenantId],
  };
}

function feedStatement(place: number | undefined): Statement {
  return {
    name: 'changes.placed',
    text: `SELECT coalesce(h.seq, 0), f.seq, f.collection_id, f.record_id, f.version
           FROM (SELECT haven.current_tenant() AS id) AS tenant
           LEFT JOIN haven.feed_heads AS h ON h.tenant_id = tenant.id
           LEFT JOIN LATERAL (
             SELECT seq, collection_id, record_id, version FROM haven.feed
             WHERE tenant_id = haven.current_tenant() AND seq > coalesce($1::bigint, h.seq - ${FIRST})
             ORDER BY seq LIMIT ${MOST + 1}
           ) AS f ON true
           ORDER BY f.seq`,
    values: [place ?? null],
  };
}

function changeOf([place = null, collectionId, recordId, version]: TextRow): RecentChange {
  return {
    place: place === null ? undefined : Number(place),
    collectionId: Number(collectionId),
    recordId: recordId ?? '',
    version: Number(version),
  };
}
