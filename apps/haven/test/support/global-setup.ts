import { join } from 'node:path';

import pg from 'pg';
import type { TestProject } from 'vitest/node';

import { migrate } from '@haven/database';
import { EmbeddedPostgres } from '@haven/embedded-postgres';

import { migrations } from '../../src/migrations/index.js';
import type { Extent } from './inputs/hostile-values.js';
import { startPgBouncer } from './pgbouncer.js';
import type { PgBouncer } from './pgbouncer.js';
import { openRunDirectory } from './run-directory.js';

/** Maximum number of connections. Several files run at a time, and some start several Havens with a pool each. */
const CONNECTIONS = 400;

/** How to connect to the test server: options of a `pg` client, without a database. */
export type TestServer = { connectionString: string } | { host: string; port: number; user: string };

declare module 'vitest' {
  interface ProvidedContext {
    server: TestServer;
    template: string;
    /** Port of the PgBouncer in front of the server, if the run uses one. */
    pooler: number | null;
    /** Whether tests try some of many cases, such as hostile values or widths of the window, or every one. */
    extent: Extent;
  }
}

/** Starts one PostgreSQL for the run, with a migrated database that every test file clones. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { server, stop } = await startServer();
  const template = `haven_test_template_${process.pid}`;
  const admin = new pg.Client({ ...server, ...('host' in server && { database: 'postgres' }) });
  await admin.connect();
  if ('host' in server) await relaxDurability(admin);
  await admin.query(`CREATE DATABASE ${template}`);
  await migrate(addressOf(server, template), migrations);
  project.provide('server', server);
  project.provide('template', template);
  const pooler = await startPooler(server);
  project.provide('pooler', pooler?.port ?? null);
  return async () => {
    await pooler?.stop();
    await admin.query(`DROP DATABASE IF EXISTS ${template} WITH (FORCE)`);
    await admin.end();
    await stop();
  };
}

/** Makes commits fast: the test server does not have to survive a crash of the machine. */
async function relaxDurability(admin: pg.Client): Promise<void> {
  for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes'])
    await admin.query(`ALTER SYSTEM SET ${setting} = off`);
  await admin.query('SELECT pg_reload_conf()');
}

/** Returns the address of one database of the test server. */
export function addressOf(server: TestServer, database: string) {
  if ('host' in server) return { ...server, database };
  const url = new URL(server.connectionString);
  url.pathname = `/${database}`;
  return { url: url.href, migrationUrl: url.href };
}

/** Starts the PgBouncer that HAVEN_TEST_PGBOUNCER names, in transaction mode. */
async function startPooler(server: TestServer): Promise<PgBouncer | undefined> {
  const program = process.env['HAVEN_TEST_PGBOUNCER'];
  if (!program) return undefined;
  if (!('host' in server)) throw new Error('HAVEN_TEST_PGBOUNCER and HAVEN_TEST_DATABASE_URL exclude each other.');
  // By default, PgBouncer waits for 15 seconds after a server has refused a connection; tests do not.
  return startPgBouncer(program, server, ['pool_mode = transaction', 'server_login_retry = 1']);
}

async function startServer(): Promise<{ server: TestServer; stop: () => Promise<void> }> {
  const directory = openRunDirectory();
  const connectionString = process.env['HAVEN_TEST_DATABASE_URL'];
  if (connectionString) return { server: { connectionString }, stop: async () => undefined };
  const embedded = await EmbeddedPostgres.start({ dataDir: join(directory, 'data'), connections: CONNECTIONS });
  const { host, port, user } = embedded.connection;
  return {
    server: { host, port, user },
    stop: () => embedded.stop(),
  };
}
