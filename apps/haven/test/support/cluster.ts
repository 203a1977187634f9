import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';

import { migrate } from '@haven/database';
import { EmbeddedPostgres, ensureDatabase } from '@haven/embedded-postgres';

import { migrations } from '../../src/migrations/index.js';
import { at } from './process.js';

/**
 * A migrated PostgreSQL cluster for a single test. Tests that change roles or logins need their own cluster, because
 * all databases of a cluster have the same roles.
 */
export interface Cluster {
  /** A connection as superuser. */
  owner: pg.Client;
  /** Returns the URL of the database `haven` for a login. */
  url(user?: string): string;
  dataDir: string;
  /** A directory that is deleted when the cluster is stopped. */
  directory: string;
  stop(): Promise<void>;
}

export async function startCluster(): Promise<Cluster> {
  const directory = await mkdtemp(join(tmpdir(), 'haven-test-'));
  const server = await EmbeddedPostgres.start({ dataDir: join(directory, 'data') });
  const address = await ensureDatabase(server.connection, 'haven');
  await migrate(address, migrations);
  const owner = new pg.Client(address);
  await owner.connect();
  return {
    owner,
    url: (user = address.user) => at({ ...address, user }).DATABASE_URL,
    dataDir: server.dataDir,
    directory,
    stop: async () => {
      await owner.end();
      await server.stop();
      for (const each of [server.dataDir, directory]) await rm(each, { recursive: true, force: true });
    },
  };
}
