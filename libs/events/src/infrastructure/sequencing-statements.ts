import type { Statement } from '@haven/database';

import { FEED_GREW_CHANNEL } from '../domain/channels.js';
import type { SequencerWatermark } from '../domain/sequencer-watermark.js';
import type { Seal } from '../domain/seal.js';

/** Maximum number of events per round. */
export const ROUND_SIZE = 2_000;

/**
 * Selects the events that wait to enter the feed, up to the size of a round. The order lets the planner use the index
 * on positions.
 */
export const WAITING_EVENTS = `
SELECT position, tenant_id FROM haven.event_positions
WHERE position > (SELECT watermark FROM haven.sequencer) AND NOT position <@ (SELECT done FROM haven.sequencer)
ORDER BY position LIMIT ${ROUND_SIZE}`;

/** An event that has not entered the feed yet. */
export interface UnsequencedEvent {
  readonly position: string;
  readonly tenant: string;
  readonly collectionId: string;
  readonly recordId: string;
  readonly version: string;
}

/** An event that is to enter the feed. */
export interface NewFeedEntry extends Pick<UnsequencedEvent, 'collectionId' | 'recordId' | 'version'> {
  readonly erased: boolean;
  /** Size of its document as text in PostgreSQL; 0 without a document. */
  readonly bytes: number;
  /** When the event was written, by the clock of the database: Unix time in milliseconds. */
  readonly writtenAt: number;
  /** Change in the number of live records: 1, 0 or -1. */
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

/**
 * Returns a transaction id: all transactions with lower ids have ended. The statement must run before the positions are
 * read, so that the query for positions sees the events of these transactions.
 */
export const OLDEST = {
  name: 'sequencer.oldest',
  text: 'SELECT pg_snapshot_xmin(pg_current_snapshot())',
  values: [],
};

/**
 * Assigns an id to this transaction after the positions were read. Every transaction that was assigned one of these
 * positions, or a lower one, therefore has a lower id. The `xmax` of a snapshot does not have this property: it is only
 * greater than the ids of transactions that have ended, not than those of running ones.
 */
export const NEXT = { name: 'sequencer.next', text: 'SELECT pg_current_xact_id()', values: [] };

/**
 * Reads the new positions. The planner treats each subquery as a single value, so it can start the index scan at the
 * watermark.
 */
export const NEW_POSITIONS = {
  name: 'sequencer.positions',
  text: `SELECT position, tenant_id, collection_id, record_id, version FROM haven.event_positions
         WHERE position > (SELECT watermark FROM haven.sequencer) AND NOT position <@ (SELECT done FROM haven.sequencer)
         ORDER BY position LIMIT ${ROUND_SIZE}`,
  values: [],
};

/**
 * Reads each event, and the hash and the type of the previous event of its record, by key. Versions are never used
 * again, so version 1 has no previous event, and none is searched. Not with a join: the planner would assume a tenant
 * of average size, and choose a plan that is slow for a large one.
 */
export function eventsStatement(events: readonly UnsequencedEvent[]): Statement {
  return {
    name: 'sequencer.events',
    text: `SELECT e.data, CASE WHEN key.version > 1 THEN (
             SELECT f.hash FROM haven.feed AS f WHERE f.tenant_id = haven.current_tenant() AND f.collection_id = key.collection_id
               AND f.record_id = key.record_id AND f.version = key.version - 1
           ) END, key.collection_id, key.record_id, key.version, (
             SELECT c.name FROM haven.collections AS c WHERE c.tenant_id = haven.current_tenant() AND c.id = key.collection_id
           ), e.type, e.actor, e.trace_id, e.created_at, e.at, CASE WHEN key.version > 1 THEN (
             SELECT p.type FROM haven.events AS p WHERE p.tenant_id = haven.current_tenant() AND p.collection_id = key.collection_id
               AND p.record_id = key.record_id AND p.version = key.version - 1
           ) END, e.cause
           FROM unnest($1::integer[], $2::uuid[], $3::integer[])
             WITH ORDINALITY AS key (collection_id, record_id, version, nr),
           LATERAL (
             SELECT * FROM haven.events AS e WHERE e.tenant_id = haven.current_tenant() AND e.collection_id = key.collection_id
               AND e.record_id = key.record_id AND e.version = key.version LIMIT 1
           ) AS e
           ORDER BY nr`,
    values: [
      events.map(({ collectionId }) => collectionId),
      events.map(({ recordId }) => recordId),
      events.map(({ version }) => version),
    ],
  };
}

/**
 * Inserts the entries of a tenant, and adds them to the totals of the tenant and of its collections. Each collection
 * gets a new mark, which shows that its records have changed.
 */
export function entryStatement(lines: readonly NewFeedEntry[]): Statement {
  const collections = [...Map.groupBy(lines, ({ collectionId }) => collectionId)];
  return {
    name: 'sequencer.enter',
    text: `WITH head AS (
             INSERT INTO haven.feed_heads AS h (seq, records, bytes) VALUES ($1, $9, $10)
             ON CONFLICT (tenant_id) DO UPDATE
             SET seq = h.seq + excluded.seq, records = h.records + excluded.records, bytes = h.bytes + excluded.bytes
             RETURNING seq
           ), sizes AS (
             INSERT INTO haven.collection_sizes AS s (collection_id, records, bytes)
             SELECT * FROM unnest($11::integer[], $12::bigint[], $13::bigint[])
             ON CONFLICT (tenant_id, collection_id) DO UPDATE
             SET records = s.records + excluded.records, bytes = s.bytes + excluded.bytes, mark = excluded.mark
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
      growthOf(lines),
      bytesOf(lines),
      collections.map(([id]) => id),
      collections.map(([, own]) => growthOf(own)),
      collections.map(([, own]) => bytesOf(own)),
    ],
  };
}

function growthOf(lines: readonly NewFeedEntry[]): number {
  return lines.reduce((sum, { growth }) => sum + growth, 0);
}

function bytesOf(lines: readonly NewFeedEntry[]): number {
  return lines.reduce((sum, { bytes }) => sum + bytes, 0);
}

/**
 * Deletes the salts of an erased record. They can exist even after the erasure, because the sequencer may have read and
 * sealed the events of the record before their documents were erased.
 */
export function forgetStatement({ collectionId, recordId }: NewFeedEntry): Statement {
  return { name: 'sequencer.forget', text: 'SELECT haven.forget_salts($1, $2)', values: [collectionId, recordId] };
}

export function watermarkStatement(state: SequencerWatermark): Statement {
  const { watermark, mark } = state;
  return {
    name: 'sequencer.keep',
    text: 'UPDATE haven.sequencer SET watermark = $1, done = $2, mark_position = $3, mark_xid = $4',
    values: [String(watermark), state.print(), mark && String(mark.position), mark && String(mark.xid)],
  };
}

/**
 * Notifies subscribers in the transaction of the round, so that writers do not wait for the lock that `NOTIFY` takes at
 * commit.
 */
export function notifyStatement(tenants: readonly string[]): Statement {
  return {
    name: 'sequencer.notice',
    text: 'SELECT pg_notify($1, tenant) FROM unnest($2::text[]) AS tenant',
    values: [FEED_GREW_CHANNEL, tenants],
  };
}
