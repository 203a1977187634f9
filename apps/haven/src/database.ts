import { resolve } from 'node:path';

import type { HavenConfig } from '@haven/config';
import { DatabaseClient, databaseRoles, migrate, ownerConnection } from '@haven/database';
import type { DatabaseAddress, MigrationOptions } from '@haven/database';
import { EmbeddedPostgres, ensureDatabase } from '@haven/embedded-postgres';
import type { SupervisionLog } from '@haven/embedded-postgres';
import { Log } from '@haven/observability';

import { migrations } from './migrations/index.js';
import { dropOldIndexes } from './old-indexes.js';
import { sharesSessions } from './pooler-check.js';
import { explainDatabase, StartError } from './start-error.js';
import { connectionsOf } from './worker-count.js';

/** A database that accepts connections. */
export interface OpenDatabase {
  address: DatabaseAddress;
  /** Data directory of the embedded database; absent if the operator provides the database. */
  dataDir?: string;
  /** Starts the embedded database again whenever it ends; absent if the operator provides the database. */
  supervise?(log: SupervisionLog): void;
  stop(): Promise<void>;
}

/**
 * Checks that the operator's PostgreSQL responds and is new enough, or starts the embedded one. Fails with a
 * `StartError` or `EmbeddedPostgresError`, and then leaves nothing running.
 */
export async function openDatabase(config: HavenConfig): Promise<OpenDatabase> {
  const { url, sessionUrl, migrationUrl, passwordFile, migrationPasswordFile, connectTimeout } = config.database;
  if (url === undefined) return openEmbedded(config);
  const address = { url, sessionUrl, migrationUrl, passwordFile, migrationPasswordFile };
  const served = await probe({ url, passwordFile }, 'DATABASE_URL', connectTimeout, {
    mayShareSessions: config.database.poolMode === 'transaction',
  });
  if (sessionUrl !== undefined) {
    const found = await probe({ url, sessionUrl, passwordFile }, 'DATABASE_SESSION_URL', connectTimeout);
    if (found !== served) {
      throw new StartError(
        'DATABASE_SESSION_URL leads to another database than DATABASE_URL; both must lead to the same one.',
      );
    }
  }
  if (migrationUrl !== undefined && ![url, sessionUrl].includes(migrationUrl)) {
    const owner = { url: migrationUrl, passwordFile: migrationPasswordFile };
    await probe(owner, 'DATABASE_MIGRATION_URL', connectTimeout);
  }
  return { address, stop: async () => undefined };
}

/**
 * Like `openDatabase`, but for a server: runs the migrations if `database.migrateOnStart` is set, and supervises the
 * embedded database. If `signal` is aborted, the migrations end and the database is stopped.
 */
export async function openMigrated(config: HavenConfig, signal?: AbortSignal): Promise<OpenDatabase> {
  const database = await openDatabase(config);
  let log: Log | undefined;
  try {
    if (config.database.migrateOnStart) {
      const options = migrationOptions(config, (message) => (log ??= new Log(config)).warn(message));
      await migrate(database.address, migrations, { ...options, signal });
      await dropOldIndexes(database.address);
    }
    database.supervise?.((log ??= new Log(config)));
    return database;
  } catch (error) {
    await database.stop();
    throw explainMigrationFailure(error, config);
  }
}

/** Returns the options of migrations that the settings determine. `onWait` receives sentences about locks. */
export function migrationOptions(
  { database: { rolePrefix, migrationLockTimeout } }: HavenConfig,
  onWait: (message: string) => void,
): MigrationOptions {
  return { roles: databaseRoles(rolePrefix), lockTimeout: migrationLockTimeout, onWait };
}

/** Translates an error of the configured database to a `StartError`. Returns other errors unchanged. */
export function explainFailure(error: unknown, { database: { url } }: HavenConfig): unknown {
  return url === undefined ? error : explainDatabase(error, url);
}

/** Like `explainFailure`, for an error of a migration. */
export function explainMigrationFailure(error: unknown, config: HavenConfig): unknown {
  const { url, migrationUrl } = config.database;
  if (url === undefined || migrationUrl === undefined) return explainFailure(error, config);
  return explainDatabase(error, migrationUrl, 'DATABASE_MIGRATION_URL');
}

async function openEmbedded(config: HavenConfig): Promise<OpenDatabase> {
  if (!config.database.embedded) throw new StartError(NO_DATABASE);
  const dataDir = resolve(config.database.dataDir);
  const server = await EmbeddedPostgres.start({ dataDir, connections: connectionsOf(config) });
  try {
    const address = await ensureDatabase(server.connection, 'haven');
    return {
      address,
      dataDir: server.dataDir,
      supervise: (log) => server.supervise(log),
      stop: () => server.stop(),
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

const NO_DATABASE =
  'No database is configured: neither DATABASE_URL nor database.url is set. Set DATABASE_URL, or set ' +
  'HAVEN_DATABASE_EMBEDDED=true to use the embedded PostgreSQL, which HAVEN_ENV=production starts only if it is asked to.';

/** Oldest PostgreSQL version that supports Haven's SQL. */
const OLDEST_MAJOR = 15;

/**
 * Checks the database that an environment variable leads to; returns a text that identifies it. The connection must
 * keep its session, unless `mayShareSessions` is set.
 */
async function probe(
  address: { url: string; sessionUrl?: string; passwordFile?: string },
  variable: string,
  timeoutMs: number,
  { mayShareSessions = false } = {},
): Promise<string> {
  const open = () => openProbe(address, timeoutMs);
  let client: DatabaseClient | undefined;
  try {
    client = await open();
    const { rows } = await client.query<{ major: number; identity: string }>(
      `SELECT current_setting('server_version_num')::int / 10000 AS major,
         concat_ws('/', (SELECT oid FROM pg_database WHERE datname = current_database()),
           extract(epoch FROM pg_postmaster_start_time())) AS identity`,
    );
    const { major, identity } = rows[0] ?? { major: 0, identity: '' };
    if (major < OLDEST_MAJOR) {
      throw new StartError(`The database of ${variable} is PostgreSQL ${major}; Haven needs ${OLDEST_MAJOR} or newer.`);
    }
    if (!mayShareSessions && (await sharesSessions(client, open))) throw poolerFound(variable);
    return identity;
  } catch (error) {
    throw explainDatabase(error, address.sessionUrl ?? address.url, variable);
  } finally {
    await client?.end().catch(() => undefined); // it may be broken
  }
}

async function openProbe(address: DatabaseAddress, timeoutMs: number): Promise<DatabaseClient> {
  const client = new DatabaseClient({
    ...ownerConnection(address),
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
  });
  client.on('error', () => undefined); // a broken connection also fails the query, which reports the error
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined); // it was never opened
    throw error;
  }
}

function poolerFound(variable: string): StartError {
  const wayOut =
    variable === 'DATABASE_URL'
      ? 'set HAVEN_DATABASE_POOL_MODE to transaction and DATABASE_SESSION_URL to a URL that leads to PostgreSQL directly'
      : 'set it to a URL that leads to PostgreSQL directly, or through a pooler in session mode';
  return new StartError(
    `${variable} leads to a connection pooler in transaction mode, where Haven's statements run in sessions of ` +
      `PostgreSQL that other connections use too; ${wayOut} (see "Connection poolers" in docs/deploying.md).`,
  );
}
