import { randomUUID } from 'node:crypto';

import pg from 'pg';
import { inject } from 'vitest';

import type { DatabaseAddress } from '@haven/database';

import { addressOf } from './global-setup.js';
import { pooledAddress } from './pooled.js';

/**
 * Number of the advisory lock under which test files clone the template one at a time, because PostgreSQL rejects
 * concurrent clones. Any number would do.
 */
const CLONE_LOCK = 77;

/** A database for a single test file. */
export interface TestDatabase {
  address: DatabaseAddress;
  /** A connection as the owner, which bypasses row security. */
  owner: pg.Client;
  drop(): Promise<void>;
}

/** Creates a database from a template. The default one has all migrations applied; `template0` is empty. */
export async function openTestDatabase(template = inject('template')): Promise<TestDatabase> {
  const server = inject('server');
  const name = `haven_test_${randomUUID().replaceAll('-', '')}`;
  const admin = await connected('host' in server ? { ...server, database: 'postgres' } : server);
  await admin.query('SELECT pg_advisory_lock($1)', [CLONE_LOCK]);
  // Copying the files takes two thirds of the time of the default strategy, and makes dropping the copy faster, too.
  await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`);
  await admin.query('SELECT pg_advisory_unlock($1)', [CLONE_LOCK]);
  const address = addressOf(server, name);
  const owner = await connected('url' in address ? { connectionString: address.url } : address);
  const drop = async (): Promise<void> => {
    await owner.end();
    await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await admin.end();
  };
  return { address: pooledAddress(address), owner, drop };
}

async function connected(config: pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client(config);
  await client.connect();
  return client;
}
