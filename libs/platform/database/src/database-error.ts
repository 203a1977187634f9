import { HavenError, sqlState } from '@haven/kernel';

import { NoChannelBinding } from './channel-binding.js';
import { NoUsableServer } from './connection-failures.js';
import { UnreadablePassword } from './password-file.js';
import { WrongSessionTarget } from './session-target.js';
import { UnreadableCertificate } from './tls-options.js';

/**
 * SQLSTATEs after which the whole transaction can simply be repeated: serialization failure, deadlock, and a prepared
 * statement that does not exist because the pipeline that prepared it, earlier on the same connection, failed.
 */
const RETRYABLE = new Set(['40001', '40P01', '26000']);

/**
 * Matches SQLSTATEs that mean that the database is temporarily unavailable. They include 25006 (read-only transaction):
 * after a failover the URL may briefly lead to a replica that is about to be promoted.
 */
const UNAVAILABLE = /^(08|57P0|25006)/;

/**
 * SQLSTATEs of text with U+0000, in a parameter or in JSON. Such text is refused before it reaches the database, with a
 * pointer; this is the last resort.
 */
const UNSTORABLE_TEXT = new Set(['22021', '22P05']);

/** Details for SQLSTATEs of class 53 (insufficient resources). */
const LACKING: Record<string, string> = {
  '53100': 'The disk of the database server is full; nothing was written.',
  '53200': 'The database server is out of memory, or its lock table is full (max_locks_per_transaction).',
  '53300': 'The database server accepts no more connections (max_connections).',
  '53400': 'The database server has reached a limit of its configuration.',
};

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EACCES',
]);

/**
 * Matches the driver's errors that have no code: no connection was free or open in time, or the connection broke.
 * `timeout expired` is that of `connect_timeout` in a URL.
 */
const CONNECTION_LOST =
  /timeout expired|timeout exceeded when trying to connect|Connection terminated|terminating connection|connection error|not queryable/i;

/** Errors of a connection that could not be opened. */
const CONNECT_ERRORS = [
  NoChannelBinding,
  NoUsableServer,
  UnreadableCertificate,
  UnreadablePassword,
  WrongSessionTarget,
];

/** A conflict with a concurrent transaction that PostgreSQL does not report as an error. The unit of work retries. */
export class WriteConflict extends Error {
  readonly code = '40001';
}

/** Whether the error means that nothing was changed and a retry may succeed. */
export function isRetryable(error: unknown): boolean {
  return RETRYABLE.has(sqlState(error) ?? '');
}

/**
 * The statements of several callers have failed, and nothing of them was written: each caller's can be sent again by
 * themselves.
 */
export class RolledBack extends Error {
  override readonly name = 'RolledBack';
}

/** SQLSTATEs after which it is unknown whether a transaction was committed. */
const UNKNOWN_OUTCOME = /^(08|57P|58|XX)/;

/** Whether the error means that the transaction was rolled back: PostgreSQL says so, and the connection is intact. */
export function isRolledBack(error: unknown): boolean {
  if (error instanceof HavenError || !(error instanceof Error) || !('severity' in error)) return false;
  const isFatal = error.severity === 'FATAL' || error.severity === 'PANIC';
  return !isFatal && !UNKNOWN_OUTCOME.test(sqlState(error) ?? 'XX000');
}

/** SQLSTATE of a statement that was cancelled, usually by its timeout. */
const QUERY_CANCELED = '57014';

/** SQLSTATE with which `haven.require_search` fails a statement that reads incomplete documents. */
const SEARCH_BUILDING = 'HV002';

/**
 * Whether one of several statements that read may have failed for a reason that does not concern the others. A
 * statement that was cancelled has used up the time of all.
 */
export function isOneReadsFault(error: unknown): boolean {
  if (!(error instanceof Error) || !('severity' in error) || isRetryable(error)) return false;
  return error.severity === 'ERROR' && sqlState(error) !== QUERY_CANCELED;
}

/**
 * Translates a driver's error into an error of the catalogue. Unknown errors are returned as they are and become
 * `INTERNAL`.
 */
export function translateDatabaseError(error: unknown): unknown {
  if (error instanceof HavenError || !(error instanceof Error)) return error;
  const state = sqlState(error) ?? '';
  if (state === QUERY_CANCELED) {
    return new HavenError('QUERY_TIMEOUT', 'The statement exceeded database.statementTimeout.', {
      retryAfter: 1,
      cause: error,
    });
  }
  if (state === SEARCH_BUILDING) {
    return new HavenError('SEARCH_BUILDING', 'The search index of the collection is being built.', {
      retryAfter: 1,
      cause: error,
    });
  }
  if (isRetryable(error))
    return unavailable('The transaction conflicted with concurrent transactions too often.', error);
  if (UNSTORABLE_TEXT.has(state))
    return new HavenError('JSON_NOT_EXACT', 'A text in the request contains U+0000, which PostgreSQL cannot store.', {
      cause: error,
    });
  if (state.startsWith('53')) return unavailable(LACKING[state] ?? 'The database server lacks resources.', error);
  if (
    Reflect.get(error, 'severity') === 'FATAL' ||
    UNAVAILABLE.test(state) ||
    UNREACHABLE.has(state) ||
    CONNECTION_LOST.test(error.message) ||
    CONNECT_ERRORS.some((type) => error instanceof type)
  ) {
    return unavailable('The database cannot be reached.', error);
  }
  return error;
}

function unavailable(detail: string, cause: unknown): HavenError {
  return new HavenError('UNAVAILABLE', detail, { retryAfter: 1, cause });
}
