import { Client } from 'pg';

import type { EmbeddedConnection } from './embedded-postgres.js';
import { hasErrorCode } from './has-code.js';

const DUPLICATE_DATABASE = '42P04';
const UNIQUE_VIOLATION = '23505'; // if two processes create the database at the same time

/** Creates the database if it does not exist; returns the connection to it. */
export async function ensureDatabase(connection: EmbeddedConnection, name: string): Promise<EmbeddedConnection> {
  const client = new Client(connection);
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await createDatabase(client, name);
    return { ...connection, database: name };
  } finally {
    await client.end();
  }
}

async function createDatabase(client: Client, name: string): Promise<void> {
  try {
    // template1, the default, cannot be copied while it has connections.
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)} TEMPLATE template0`);
  } catch (error) {
    if (!hasErrorCode(error, DUPLICATE_DATABASE, UNIQUE_VIOLATION)) throw error;
  }
}
