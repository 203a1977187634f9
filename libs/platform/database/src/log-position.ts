import type { ClientBase } from 'pg';

import type { Caller, ReadConsistency } from '@haven/kernel';

import { sendPipeline } from './pipeline.js';
import type { RoundTripRecorder, Statement, TextRow } from './pipeline.js';

/** How far the log has been written: whatever has been committed by now lies before. Not the flushed position, which a commit need not wait for. */
export const WRITTEN: Statement = { name: 'log.written', text: 'SELECT pg_current_wal_insert_lsn()', values: [] };

/** Whether the transaction has written anything, as the text `t` or `f`. */
export const HAS_WRITTEN: Statement = {
  name: 'log.written.here',
  text: 'SELECT pg_current_xact_id_if_assigned() IS NOT NULL',
  values: [],
};

/** How far a replica has replayed the log; null on a server that is none (any more). */
export const REPLAYED: Statement = {
  name: 'log.replayed',
  text: 'SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() END',
  values: [],
};

/** `16/B374D848`, as PostgreSQL prints a position of its log, as a number; undefined when it is none. */
export function parsePosition(text: string | null | undefined): bigint | undefined {
  const [, high, low] = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i.exec(text ?? '') ?? [];
  return high && low ? (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`) : undefined;
}

/** What `parsePosition` reads back: `00000016/B374D848`, so that of two texts the greater is the later position. */
export function printPosition(position: bigint): string {
  const [high, low] = [position >> 32n, position & 0xffff_ffffn].map((half) => half.toString(16).padStart(8, '0'));
  return `${high}/${low}`.toUpperCase();
}

/** The position a pipeline's answer of one statement tells. */
export function readLogPosition(results: readonly TextRow[][]): bigint | undefined {
  return parsePosition(results[0]?.[0]?.[0]);
}

/**
 * As `sendPipeline`; where there are replicas, also advances the caller's position to the end of the log. The position is asked
 * for in the same round trip, but after the commit: a commit is itself written to the log.
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

/** Called before the end of the transaction has been waited for, so that the driver writes both at once. */
export async function recordWriteLsn(client: ClientBase, consistency: ReadConsistency): Promise<void> {
  recordPrimaryLsn(consistency, readLogPosition(await sendPipeline(client, [WRITTEN])) ?? 0n);
}

export function recordPrimaryLsn(consistency: ReadConsistency, position: bigint): void {
  if (position > consistency.primary) consistency.primary = position;
  recordReplayLsn(consistency, position);
}

/** Positions never go back: the fields of one GraphQL document run concurrently and share the object. */
export function recordReplayLsn(consistency: ReadConsistency, position: bigint | undefined): void {
  if (position !== undefined && position > consistency.position) consistency.position = position;
}
