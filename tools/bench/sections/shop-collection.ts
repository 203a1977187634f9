import type { BenchDatabase } from '../database.ts';
import { FILL_SHOP } from './queries-data.ts';

/** All records of a collection are created by one statement, so one shows that an earlier run has not been aborted. */
const HAS_RECORDS = `
SELECT FROM haven.records JOIN haven.collections ON collections.id = collection_id
WHERE name = $1 LIMIT 1`;

interface Built {
  readonly state: string;
}

/** The parts of a collection that are built in the background. */
interface BuiltCollection {
  indexes: Built[];
  search?: Built | null;
}

/**
 * Creates a collection with this number of records unless an earlier run did. The records are created with SQL, and
 * the indexes and the search that `settings` declare are then built in the background.
 */
export async function createShopCollection(
  origin: string,
  database: BenchDatabase,
  name: string,
  records: number,
  settings: object = {},
): Promise<void> {
  const exists = await database.has('SELECT FROM haven.collections WHERE name = $1', [name]);
  if (!exists) await send(origin, 'POST', '', { name });
  if (!(await database.has(HAS_RECORDS, [name]))) await database.run(FILL_SHOP, [name, records]);
  await send(origin, 'PATCH', name, settings);
}

/** Waits until the indexes and the search of these collections are ready, and updates the statistics of the planner. */
export async function shopBuilt(origin: string, database: BenchDatabase, names: readonly string[]): Promise<void> {
  for (const name of names) await built(origin, name);
  await database.run('VACUUM (ANALYZE) haven.records, haven.index_entries, haven.search_documents, haven.collections');
  await database.run('CHECKPOINT');
}

async function built(origin: string, name: string): Promise<void> {
  for (;;) {
    const { indexes, search } = await send(origin, 'GET', name);
    if ([...indexes, ...(search ? [search] : [])].every(({ state }) => state === 'ready')) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function send(origin: string, method: string, name: string, body?: object): Promise<BuiltCollection> {
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  const content = body && { headers: { 'content-type': type }, body: JSON.stringify(body) };
  const response = await fetch(`${origin}/api/v1/collections/${name}`, { method, ...content });
  if (!response.ok) throw new Error(`${method} ${name}: ${response.status} ${await response.text()}`);
  return (await response.json()) as BuiltCollection; // a collection
}
