import pg from 'pg';

import { describeHost } from '@haven/config';
import { sqlState } from '@haven/kernel';

import { NoChannelBinding } from './channel-binding.js';
import { UnreadablePassword } from './password-file.js';
import type { ConnectionAttempt } from './server-list.js';
import { WrongSessionTarget } from './session-target.js';

/** An attempt that failed. */
export interface FailedAttempt {
  readonly attempt: ConnectionAttempt;
  readonly error: Error;
  /** Whether the server has sent anything or has closed the connection. */
  readonly hasResponded: boolean;
}

/** Thrown if a connection could be opened to none of several servers. The message names each with its reason. */
export class NoUsableServer extends Error {
  override readonly name = 'NoUsableServer';
  readonly code: string | undefined;

  constructor(failures: readonly FailedAttempt[]) {
    const cause = failures.at(-1)?.error;
    super(failures.map(describeFailure).join('; '), { cause });
    this.code = sqlState(cause);
  }
}

/** SQLSTATE of a server that starts, stops or recovers. */
const CANNOT_CONNECT_NOW = '57P03';

/** SQLSTATE of a connection that no line of `pg_hba.conf` allows, for example because it is not encrypted. */
const REJECTED = '28000';

/**
 * Returns which of the remaining attempts libpq would still make after a failure. A server that does not respond, or is
 * not the wanted one, leads to the next server; a wrong password ends the search. `sslmode=prefer` and `allow` try the
 * same server again with or without TLS if TLS fails or the server rejects the connection.
 */
export function attemptsAfter(
  { attempt, error, hasResponded }: FailedAttempt,
  remaining: readonly ConnectionAttempt[],
): readonly ConnectionAttempt[] {
  const { server, ssl, target } = attempt;
  const elsewhere = remaining.filter((next) => next.server !== server);
  const otherEncryption = remaining.filter(
    (next) => next.server === server && next.target === target && Boolean(next.ssl) !== Boolean(ssl),
  );
  if (error instanceof pg.DatabaseError) {
    if (error.code === CANNOT_CONNECT_NOW) return elsewhere;
    return error.code === REJECTED ? otherEncryption : [];
  }
  if (error instanceof NoChannelBinding || error instanceof UnreadablePassword) return [];
  if (error instanceof WrongSessionTarget)
    return remaining.filter((next) => next.server !== server || next.target !== target);
  if (!hasResponded || error.message === 'timeout expired') return elsewhere;
  return [...otherEncryption, ...elsewhere];
}

/** Returns the error to report: that of the last attempt if it is about the login, otherwise one that lists all. */
export function reportOf(failures: readonly FailedAttempt[]): Error {
  const last = failures.at(-1)?.error;
  const isFinal =
    last instanceof UnreadablePassword || (last instanceof pg.DatabaseError && last.code !== CANNOT_CONNECT_NOW);
  return last && (failures.length === 1 || isFinal) ? last : new NoUsableServer(failures);
}

function describeFailure({ attempt: { server, ssl, target }, error }: FailedAttempt): string {
  const { code } = error as { code?: unknown }; // errors of sockets and TLS have one
  const reason = error.message || (typeof code === 'string' ? code : error.name);
  if (error instanceof WrongSessionTarget) return `${describeHost(server)} ${reason}, not what "${target}" asks for`;
  return `${describeHost(server)}${ssl ? ' with TLS' : ''}: ${reason}`;
}
