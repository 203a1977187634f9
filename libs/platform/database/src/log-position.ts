import type { ClientBase } from 'pg';

import type { Caller, ReadConsistency } from '@haven/kernel';

import { sendPipeline } from './pipeline.js';
import type { RoundTripRecorder, Statement, TextRow } from './pipeline.js';

/**
 * Reads the end of the write-ahead log; everything committed so far lies before it. The end of the flushed part would
 * be too early, because a commit may succeed before it is flushed to disk.
 */
export const WRITTEN: Statement = { name: 'log.written', text: 'SELECT pg_current_wal_insert_lsn()', values: [] };

/** Reads whether the transaction has written anything, as the text `t` or `f`. */
export const HAS_WRITTEN: Statement = {
  name: 'log.written.here',
  text: 'SELECT pg_current_xact_id_if_assigned() IS NOT NULL',
  values: [],
};

/** Reads how far a replica has replayed the log; null on a server that is not, or no longer, a replica. */
export const REPLAYED: Statement = {
  name: 'log.replayed',
  text: 'SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() END',
  values: [],
};

/** Parses a log position in PostgreSQL's format, such as `16/B374D848`; returns undefined if the text is not one. */
export function parsePosition(text: string | null | undefined): bigint | undefined {
  const [, high, low] = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i.exec(text ?? '') ?? [];
  return high && low ? (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`) : undefined;
}

/** Formats a position for `parsePosition`, such as `00000016/B374D848`. In this format, positions sort as text. */
export function printPosition(position: bigint): string {
  const [high, low] = [position >> 32n, position & 0xffff_ffffn].map((half) => half.toString(16).padStart(8, '0'));
  return `${high}/${low}`.toUpperCase();
}

/** Returns the log position from the first row of the first statement of a pipeline. */
export function readLogPosition(results: readonly TextRow[][]): bigint | undefined {
  return parsePosition(results[0]?.[0]?.[0]);
}

/**
 * Like `sendPipeline`; if there are replicas, also advances the caller's position to the end of the log. The position
 * is read in the same round trip, but after the commit, because the commit itself is written to the log.
 */
export async function sendAndRecord(
  client: ClientBase,
  statements: readonly Statement[],
  metrics: RoundTripRecorder,
  caller: Caller | undefined,
): Promise<TextRow[][]> {
  const sent = sendPipeline(client, statements, metrics, caller);
  if (!caller?.consistency) return sent;
  const [results] = await Promise.all([sent, recordWriteLsn(client, caller.consistency)]);
  return results;
}

/**
 * Advances the caller's position to the end of the log. Callers must not await the commit first, so that the driver
 * sends the commit and this statement in one round trip.
 */
export async function recordWriteLsn(client: ClientBase, consistency: ReadConsistency): Promise<void> {
  recordPrimaryLsn(consistency, readLogPosition(await sendPipeline(client, [WRITTEN])) ?? 0n);
}

export function recordPrimaryLsn(consistency: ReadConsistency, position: bigint): void {
  if (position > consistency.primary) consistency.primary = position;
  recordReplayLsn(consistency, position);
}

/** Moves the position forward, never back: the fields of one GraphQL document run concurrently and share the object. */
export function recordReplayLsn(consistency: ReadConsistency, position: bigint | undefined): void {
  if (position !== undefined && position > consistency.position) consistency.position = position;
}
