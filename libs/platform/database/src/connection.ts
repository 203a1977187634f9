import type { ClientBase } from 'pg';

import { parsePostgresUrl } from '@haven/config';
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
  | {
      url: string;
      /** Leads to PostgreSQL without a pooler in transaction mode. Absent if `url` does so itself. */
      sessionUrl?: string;
      migrationUrl?: string;
      passwordFile?: string;
      migrationPasswordFile?: string;
    }
  | { host: string; port: number; user: string; database: string };

/** DI token of the {@link DatabaseAddress}. */
export const DATABASE_ADDRESS = Symbol('DATABASE_ADDRESS');

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

/** Returns the settings of every connection or, through a pooler in transaction mode, of every transaction. */
export function runtimeSettings({ database: { rolePrefix } }: HavenConfig): string {
  return `-c role=${databaseRoles(rolePrefix).runtime} -c timezone=UTC -c datestyle=ISO -c jit=off -c haven.index_entries=written -c haven.search=written`;
}

/**
 * Returns the options of connections that keep their session: pipelined, with the runtime role and the configured
 * timeouts, which apply from the first statement.
 */
export function runtimeConnection(address: DatabaseAddress, config: HavenConfig) {
  const { database } = config;
  return {
    ...basicConnection(sessionLogin(address), config),
    options: `${runtimeSettings(config)} -c default_transaction_isolation=read\\ committed ${KEEPALIVES}`,
    statement_timeout: database.statementTimeout,
    idle_in_transaction_session_timeout: database.idleInTransactionTimeout,
  };
}

/**
 * Returns the options of the connections that serve requests, for `pg.Pool` and `WatchedClient`: they close if the
 * server does not respond. Through a pooler in transaction mode they have no settings, because each transaction sets
 * its own (`transactionStart`).
 */
export function pooledConnection(address: DatabaseAddress, config: HavenConfig) {
  const Client = WatchedClient as unknown as new () => ClientBase; // the pool passes options, unlike its types say
  const watched = { Client, watch: ConnectionWatch.of(config) };
  if (config.database.poolMode === 'session') return { ...runtimeConnection(address, config), ...watched };
  const base = 'url' in address ? login(address.url, address.passwordFile) : address;
  return { ...basicConnection(base, config), ...watched, sharesSessions: true };
}

function basicConnection(base: DatabaseClientConfig, { database }: HavenConfig) {
  return {
    ...base,
    Client: DatabaseClient,
    application_name: 'haven',

    pipeline: true,
    max: database.poolSize,
    connectionTimeoutMillis: database.acquireTimeout,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEPALIVE_DELAY_MS,
  };
}

/** Like the URL of a replica, `sessionUrl` contains its own password or uses that of the password file. */
function sessionLogin(address: DatabaseAddress): DatabaseClientConfig {
  if (!('url' in address)) return address;
  const { url, sessionUrl, passwordFile } = address;
  if (sessionUrl === undefined) return login(url, passwordFile);
  return login(sessionUrl, parsePostgresUrl(sessionUrl).password === undefined ? passwordFile : undefined);
}

function ownerLogin(address: DatabaseAddress): DatabaseClientConfig {
  if (!('url' in address)) return address;
  const { url, sessionUrl, migrationUrl, migrationPasswordFile } = address;
  if (migrationUrl === undefined || [url, sessionUrl].includes(migrationUrl)) return sessionLogin(address);
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
