import type { ClientBase } from 'pg';

import { migrations } from './migrations/index.js';

/** The names of the migrations that this version knows and the database has not had. */
export async function missingMigrations(client: ClientBase): Promise<string[]> {
  const { rows: found } = await client.query<{ there: boolean }>(
    "SELECT to_regclass('haven.migrations') IS NOT NULL AS there",
  );
  const { rows } = found[0]?.there
    ? await client.query<{ name: string }>('SELECT name FROM haven.migrations')
    : { rows: [] };
  const done = new Set(rows.map(({ name }) => name));
  return migrations.map(({ name }) => name).filter((name) => !done.has(name));
}
