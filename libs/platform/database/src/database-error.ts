import { HavenError, sqlState } from '@haven/kernel';

import { UnreadablePassword } from './connection.js';

/**
 * SQLSTATEs after which the whole transaction may simply run again: serialization failure, deadlock, and a prepared
 * statement that is not there because its first use, a pipeline ahead on the same connection, failed.
 */
const RETRYABLE = new Set(['40001', '40P01', '26000']);

/**
 * SQLSTATE classes and codes that mean "the database is not there right now". Among them 25006: the server is a replica, as it is
 * for a moment when the address leads to one that is about to be promoted.
 */
const UNAVAILABLE = /^(08|57P0|53|25006)/;

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

/** What the driver says without any code: no free connection in time, or the connection broke. */
const CONNECTION_LOST =
  /timeout exceeded when trying to connect|Connection terminated|terminating connection|connection error|not queryable/i;

/** Somebody was quicker, in a way PostgreSQL does not call a failure; the unit of work runs its work again. */
export class UniqueViolation extends Error {
  readonly code = '40001';
}

/** Nothing happened, and the next try may go better. */
export function isRetryable(error: unknown): boolean {
  return RETRYABLE.has(sqlState(error) ?? '');
}

/** Translates a driver's error into the catalogue, once; anything it does not know stays what it is (and becomes `INTERNAL`). */
export function translateDatabaseError(error: unknown): unknown {
  if (error instanceof HavenError || !(error instanceof Error)) return error;
  const state = sqlState(error) ?? '';
  if (state === '57014') {
    return new HavenError('QUERY_TIMEOUT', 'The statement passed database.statementTimeout.', {
      retryAfter: 1,
      cause: error,
    });
  }
  if (isRetryable(error)) return unavailable('The transaction collided with others too often.', error);
  if (
    Reflect.get(error, 'severity') === 'FATAL' ||
    UNAVAILABLE.test(state) ||
    UNREACHABLE.has(state) ||
    CONNECTION_LOST.test(error.message) ||
    error instanceof UnreadablePassword
  ) {
    return unavailable('The database can not be reached.', error);
  }
  return error;
}

function unavailable(detail: string, cause: unknown): HavenError {
  return new HavenError('UNAVAILABLE', detail, { retryAfter: 1, cause });
}
