import type { BenchDatabase } from './database.ts';
import { document, recordId, RECORDS } from './data.ts';

/** Database of the reference servers, on the same PostgreSQL server as Haven's. */
export const FLOORS_DATABASE = 'floors';

/** Records per statement. */
const BATCH = 5_000;

/**
 * The table that a server without Haven's guarantees needs, with an index for each operation: by id, newest first, and
 * by any member.
 */
const TABLE = `
  CREATE TABLE products (
    id uuid PRIMARY KEY,
    version int NOT NULL,
    data jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE INDEX products_newest ON products (created_at, id);
  CREATE INDEX products_members ON products USING gin (data jsonb_path_ops);`;

const INSERT = `
  INSERT INTO products (id, version, data, created_at, updated_at)
  SELECT (each ->> 'id')::uuid, 1, each -> 'data', at, at
  FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS listed (each, place),
    LATERAL (SELECT now() - interval '1 day' + ($2 + place) * interval '1 ms' AS at) AS moment`;

/** Creates the same records as Haven's, unless an earlier run did. Returns the environment that connects to them. */
export async function fillFloors(database: BenchDatabase): Promise<Record<string, string>> {
  await database.another(FLOORS_DATABASE);
  const client = await database.connect(FLOORS_DATABASE);
  const { rows } = await client.query("SELECT WHERE to_regclass('products') IS NOT NULL");
  if (rows.length === 0) {
    await client.query(TABLE);
    for (let start = 0; start < RECORDS; start += BATCH) {
      const batch = Array.from({ length: BATCH }, (_, index) => ({
        id: recordId(start + index),
        data: document(start + index),
      }));
      await client.query(INSERT, [JSON.stringify(batch), start]);
    }
  }
  await client.end();
  await database.settle(FLOORS_DATABASE);
  return { ...database.environment, PGDATABASE: FLOORS_DATABASE };
}
