import type { ClientBase } from 'pg';

import type { HavenConfig } from '@haven/config';

import { ConnectionWatch } from './connection-watch.js';
import { DatabaseClient } from './database-client.js';
import type { DatabaseClientConfig } from './database-client.js';
import { passwordIn } from './password-file.js';
import { databaseRoles } from './roles.js';
import { ServerList } from './server-list.js';
import { WatchedClient } from './watched-client.js';

/** Location of the database: a connection URL, or the embedded server's socket. */
export type DatabaseAddress =
  | { url: string; migrationUrl?: string; passwordFile?: string; migrationPasswordFile?: string }
  | { host: string; port: number; user: string; database: string };

/**
 * Lets PostgreSQL notice within 20 seconds that a client, which may hold a lock, is gone or cannot be reached, even if
 * a response to it is under way. With the system's defaults this would take hours.
 */
export const KEEPALIVES =
  '-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 -c tcp_user_timeout=20000';

/**
 * Ends a session that has been idle for 20 seconds. For connections with a heartbeat, which are never idle for so long:
 * if the client cannot reach PostgreSQL any more, what the session holds, such as the leader's lock, becomes free, even
 * if a proxy keeps its connection open.
 */
export const HEARTBEAT_EXPECTED = '-c idle_session_timeout=20000';

/** Idle time after which the client's system checks a connection. */
const KEEPALIVE_DELAY_MS = 5_000;

/**
 * Disables sequential scans for background work, which reads a few rows of large tables. PostgreSQL caches its plans,
 * and a plan made while a table was empty would still read the whole table after it has grown.
 */
export const BY_INDEX = '-c enable_seqscan=off';

/**
 * Returns the options of a connection for migrations and other work of the role that owns the tables, for a
 * `DatabaseClient` or a pool.
 */
export function ownerConnection(address: DatabaseAddress): DatabaseClientConfig & { Client: typeof DatabaseClient } {
  return {
    ...ownerLogin(address),
    Client: DatabaseClient,
    application_name: 'haven-owner',
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEPALIVE_DELAY_MS,
  };
}

/**
 * Returns the options of connections that serve requests: pipelined, with the runtime role and the configured timeouts.
 */
export function runtimeConnection(address: DatabaseAddress, config: HavenConfig) {
  const { database } = config;
  const base = 'url' in address ? login(address.url, address.passwordFile) : address;
  return {
    ...base,
    Client: DatabaseClient,
    application_name: 'haven',
    options:
      `-c role=${databaseRoles(database.rolePrefix).runtime} -c timezone=UTC -c datestyle=ISO -c jit=off ` +
      `-c default_transaction_isolation=read\\ committed ${KEEPALIVES}`,
    pipeline: true,
    max: database.poolSize,
    connectionTimeoutMillis: database.acquireTimeout,
    statement_timeout: database.statementTimeout,
    idle_in_transaction_session_timeout: database.idleInTransactionTimeout,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEPALIVE_DELAY_MS,
  };
}

/** Like `runtimeConnection`, for `pg.Pool` and `WatchedClient`: connections close if the server does not respond. */
export function watchedConnection(address: DatabaseAddress, config: HavenConfig) {
  const Client = WatchedClient as unknown as new () => ClientBase; // the pool passes options, unlike its types say
  return { ...runtimeConnection(address, config), Client, watch: ConnectionWatch.of(config) };
}

function ownerLogin(address: DatabaseAddress): DatabaseClientConfig {
  if (!('url' in address)) return address;
  const { url, migrationUrl, passwordFile, migrationPasswordFile } = address;
  if (migrationUrl === undefined || migrationUrl === url) return login(url, passwordFile);
  return login(migrationUrl, migrationPasswordFile);
}

/**
 * Returns the options for a URL. If there is a password file, it is read whenever the driver opens a connection, so
 * that new connections use a changed password.
 */
function login(url: string, passwordFile: string | undefined): DatabaseClientConfig {
  const servers = ServerList.of(url);
  return passwordFile === undefined ? { servers } : { servers, password: () => passwordIn(passwordFile) };
}
