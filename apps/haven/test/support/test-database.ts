import { randomUUID } from 'node:crypto';

import pg from 'pg';
import { inject } from 'vitest';

import type { DatabaseAddress } from '@haven/database';

import { addressOf } from './global-setup.js';

/** Any number; files clone the template one after the other, for PostgreSQL refuses to copy what is being copied. */
const CLONE_LOCK = 77;

/** A database of one test file's own. */
export interface TestDatabase {
  address: DatabaseAddress;
  /** A connection of the owner's, past all row security. */
  owner: pg.Client;
  drop(): Promise<void>;
}

/** A clone of the migrated template, or of another: PostgreSQL's `template0` is an empty database. */
export async function openTestDatabase(template = inject('template')): Promise<TestDatabase> {
  const server = inject('server');
  const name = `haven_test_${randomUUID().replaceAll('-', '')}`;
  const admin = await connected('host' in server ? { ...server, database: 'postgres' } : server);
  await admin.query('SELECT pg_advisory_lock($1)', [CLONE_LOCK]);
  await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  await admin.query('SELECT pg_advisory_unlock($1)', [CLONE_LOCK]);
  const address = addressOf(server, name);
  const owner = await connected('url' in address ? { connectionString: address.url } : address);
  const drop = async (): Promise<void> => {
    await owner.end();
    await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await admin.end();
  };
  return { address, owner, drop };
}

async function connected(config: pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client(config);
  await client.connect();
  return client;
}
