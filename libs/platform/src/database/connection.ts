import type { ClientConfig } from 'pg';

import type { HavenConfig } from '../config/index.js';

/** Where the database is: an address string, or the embedded server's socket. */
export type DatabaseAddress =
  { url: string; migrationUrl?: string } | { host: string; port: number; user: string; database: string };

/** The role every request runs under: it owns nothing and row security binds it. */
export const RUNTIME_ROLE = 'haven_runtime';

/** Options of a connection that migrates: the role that owns the tables. */
export function ownerConnection(address: DatabaseAddress): ClientConfig {
  const base = 'url' in address ? { connectionString: address.migrationUrl ?? address.url } : address;
  return { ...base, application_name: 'haven-owner' };
}

/** Options of the pool that serves: the runtime role from the first byte, timeouts of the config, pipelined. */
export function runtimeConnection(address: DatabaseAddress, config: HavenConfig) {
  const { database } = config;
  const base = 'url' in address ? { connectionString: address.url } : address;
  return {
    ...base,
    application_name: 'haven',
    options: `-c role=${RUNTIME_ROLE} -c timezone=UTC -c datestyle=ISO -c jit=off`,
    pipeline: true,
    max: database.poolSize,
    connectionTimeoutMillis: database.acquireTimeout,
    statement_timeout: database.statementTimeout,
    idle_in_transaction_session_timeout: database.idleInTransactionTimeout,
    keepAlive: true,
  };
}
