import type { ClientBase } from 'pg';

/**
 * A session that holds a lock. PostgreSQL shows everything but the process id, the application and the user only to
 * the session's own user and to members of `pg_read_all_stats`.
 */
export interface LockHolder {
  /** Null for a prepared transaction, which has no session. */
  readonly pid: number | null;
  readonly application: string | null;
  readonly user: string | null;
  readonly client: string | null;
  readonly connectedAt: Date | null;
  readonly transactionAt: Date | null;
}

const COLUMNS = `
h.pid, a.application_name AS application, a.usename AS user, host(a.client_addr) AS client,
a.backend_start AS "connectedAt", a.xact_start AS "transactionAt"`;

const ADVISORY = `
SELECT ${COLUMNS} FROM pg_locks AS h LEFT JOIN pg_stat_activity AS a ON a.pid = h.pid
WHERE h.granted AND h.locktype = 'advisory' AND h.objsubid = 1 AND (h.classid::bigint << 32) | h.objid::bigint = $1
  AND h.database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

/** PostgreSQL reports the process id of a prepared transaction as 0. */
const BLOCKING = `
SELECT ${COLUMNS} FROM (SELECT DISTINCT nullif(pid, 0) AS pid FROM unnest(pg_blocking_pids($1)) AS pid) AS h
LEFT JOIN pg_stat_activity AS a ON a.pid = h.pid`;

/** Returns the sessions that hold an advisory lock with a fixed number. */
export function advisoryLockHolders(client: ClientBase, lock: number): Promise<LockHolder[]> {
  return asLogin(client, ADVISORY, lock);
}

/** Returns the sessions for whose locks the session with this process id waits. */
export function blockersOf(client: ClientBase, pid: number): Promise<LockHolder[]> {
  return asLogin(client, BLOCKING, pid);
}

/** Runs a statement under the login's own role, because the runtime role may see less of the sessions of that login. */
async function asLogin(client: ClientBase, text: string, value: number): Promise<LockHolder[]> {
  await client.query('BEGIN');
  try {
    await client.query('SET LOCAL ROLE NONE');
    return (await client.query<LockHolder>(text, [value])).rows;
  } finally {
    await client.query('ROLLBACK');
  }
}

/** Returns a description such as `"psql" (pid 71, user ada, from 10.0.0.5, connected since 2026-11-29T06:11:38Z)`. */
export function describeHolders(holders: readonly LockHolder[]): string {
  return holders.map(describe).join(' and ') || 'a session that has just ended';
}

function describe({ pid, application, user, client, connectedAt, transactionAt }: LockHolder): string {
  if (pid === null) return 'a prepared transaction (see pg_prepared_xacts)';
  const details = [
    `pid ${pid}`,
    user && `user ${user}`,
    connectedAt && `from ${client ?? 'a local socket'}`,
    connectedAt && `connected since ${toSeconds(connectedAt)}`,
    transactionAt && `in a transaction since ${toSeconds(transactionAt)}`,
  ];
  return `"${application ?? ''}" (${details.filter(Boolean).join(', ')})`;
}

/** Returns statements that end the sessions, for the operator to run. */
export function terminationOf(holders: readonly LockHolder[]): string {
  return holders.flatMap(({ pid }) => (pid === null ? [] : `SELECT pg_terminate_backend(${pid});`)).join(' ');
}

function toSeconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
