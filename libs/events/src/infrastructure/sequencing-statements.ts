import type { Statement } from '@haven/database';

import { FEED_GREW_CHANNEL } from '../domain/channels.js';
import type { SequencerWatermark } from '../domain/sequencer-watermark.js';
import type { Seal } from '../domain/seal.js';

/** Events a round takes at most. */
export const ROUND = 2_000;

/** An event that has no place in the feed yet. */
export interface UnsequencedEvent {
  readonly position: string;
  readonly tenant: string;
  readonly collectionId: string;
  readonly recordId: string;
  readonly version: string;
}

/** An event with its place. */
export interface FeedEntryLine extends Pick<UnsequencedEvent, 'collectionId' | 'recordId' | 'version'> {
  readonly erased: boolean;
  /** How long its document is, as PostgreSQL writes it; 0 where there is none. */
  readonly bytes: number;
  /** When it was written, by the clock of the database: Unix time in milliseconds. */
  readonly writtenAt: number;
  /** How many records more live after it than before: 1, 0 or -1. */
  readonly growth: number;
  readonly seal: Seal;
}

export const BEGIN = { name: 'begin', text: 'BEGIN', values: [] };
export const COMMIT = { name: 'commit', text: 'COMMIT', values: [] };
export const ROLLBACK = { name: 'rollback', text: 'ROLLBACK', values: [] };

export const STATE = {
  name: 'sequencer.state',
  text: 'SELECT watermark, done, mark_position, mark_xid FROM haven.sequencer',
  values: [],
};

/** Transactions below this have ended; asked before the positions, so that those see what they have left. */
export const OLDEST = {
  name: 'sequencer.oldest',
  text: 'SELECT pg_snapshot_xmin(pg_current_snapshot())',
  values: [],
};

/**
 * An id of this transaction's own, taken after the positions were looked at: whoever has got one of them, or one before, has a lower id.
 * The end of a snapshot would not do, for it is behind the last transaction that has ended, and not behind those that run.
 */
export const NEXT = { name: 'sequencer.next', text: 'SELECT pg_current_xact_id()', values: [] };

/** As subqueries, so that the planner knows them for single values and begins to read the index at the watermark. */
export const NEW_POSITIONS = {
  name: 'sequencer.positions',
  text: `SELECT position, tenant_id, collection_id, record_id, version FROM haven.event_positions
         WHERE position > (SELECT watermark FROM haven.sequencer) AND NOT position <@ (SELECT done FROM haven.sequencer)
         ORDER BY position LIMIT ${ROUND}`,
  values: [],
};

/** Each by its key, and so is the hash of the event before: a join would be planned for what the planner takes for an average tenant. */
export function eventsStatement(events: readonly UnsequencedEvent[]): Statement {
  return {
    name: 'sequencer.events',
    text: `SELECT e.data, (
             SELECT f.hash FROM haven.feed AS f WHERE f.tenant_id = haven.current_tenant() AND f.collection_id = key.collection_id
               AND f.record_id = key.record_id AND f.version = key.previous
           ), key.collection_id, key.record_id, key.version, (
             SELECT c.name FROM haven.collections AS c WHERE c.tenant_id = haven.current_tenant() AND c.id = key.collection_id
           ), e.type, e.actor, e.trace_id, e.created_at, e.at, (
             SELECT p.type FROM haven.events AS p WHERE p.tenant_id = haven.current_tenant() AND p.collection_id = key.collection_id
               AND p.record_id = key.record_id AND p.version = key.previous
           )
           FROM unnest($1::integer[], $2::uuid[], $3::integer[], $4::integer[])
             WITH ORDINALITY AS key (collection_id, record_id, version, previous, nr),
           LATERAL (
             SELECT * FROM haven.events AS e WHERE e.tenant_id = haven.current_tenant() AND e.collection_id = key.collection_id
               AND e.record_id = key.record_id AND e.version = key.version LIMIT 1
           ) AS e
           ORDER BY nr`,
    values: [
      events.map(({ collectionId }) => collectionId),
      events.map(({ recordId }) => recordId),
      events.map(({ version }) => version),
      events.map(({ version }) => Number(version) - 1),
    ],
  };
}

export function entryStatement(lines: readonly FeedEntryLine[]): Statement {
  return {
    name: 'sequencer.enter',
    text: `WITH head AS (
             INSERT INTO haven.feed_heads AS h (seq, records, bytes) VALUES ($1, $9, $10)
             ON CONFLICT (tenant_id) DO UPDATE
             SET seq = h.seq + excluded.seq, records = h.records + excluded.records, bytes = h.bytes + excluded.bytes
             RETURNING seq
           )
           INSERT INTO haven.feed (seq, collection_id, record_id, version, salt, digest, hash, bytes)
           SELECT head.seq - $1 + nr, collection_id, record_id, version, salt, digest, hash, bytes
           FROM head, unnest($2::integer[], $3::uuid[], $4::integer[], $5::bytea[], $6::bytea[], $7::bytea[], $8::integer[])
             WITH ORDINALITY AS line (collection_id, record_id, version, salt, digest, hash, bytes, nr)`,
    values: [
      lines.length,
      lines.map(({ collectionId }) => collectionId),
      lines.map(({ recordId }) => recordId),
      lines.map(({ version }) => version),
      lines.map(({ seal: { salt } }) => salt),
      lines.map(({ seal: { digest } }) => digest),
      lines.map(({ seal: { hash } }) => hash),
      lines.map(({ bytes }) => bytes),
      lines.reduce((sum, { growth }) => sum + growth, 0),
      lines.reduce((sum, { bytes }) => sum + bytes, 0),
    ],
  };
}

/** What was read before the record was erased has been sealed with its document: the salt must go the document's way. */
export function forgetStatement({ collectionId, recordId }: FeedEntryLine): Statement {
  return { name: 'sequencer.forget', text: 'SELECT haven.forget_salts($1, $2)', values: [collectionId, recordId] };
}

export function keepStatement(progress: SequencerWatermark): Statement {
  const { watermark, mark } = progress;
  return {
    name: 'sequencer.keep',
    text: 'UPDATE haven.sequencer SET watermark = $1, done = $2, mark_position = $3, mark_xid = $4',
    values: [String(watermark), progress.print(), mark && String(mark.position), mark && String(mark.xid)],
  };
}

/** The announcement is part of this transaction, which no other waits for. */
export function noticeStatement(tenants: readonly string[]): Statement {
  return {
    name: 'sequencer.notice',
    text: 'SELECT pg_notify($1, tenant) FROM unnest($2::text[]) AS tenant',
    values: [FEED_GREW_CHANNEL, tenants],
  };
}
