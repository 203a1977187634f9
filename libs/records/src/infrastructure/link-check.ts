import type { ClientBase } from 'pg';

import { referencesOf } from '@haven/collections';
import type { Reference, Referrer } from '@haven/collections';
import type { JsonObject } from '@haven/kernel';
import { printPath } from '@haven/query';

import { danglingLinks, MISSING_RECORDS } from './dangling-links.js';

/** Number of records that are read, and whose links are looked up, with one statement. */
const BATCH = 1_000;

/** A collection that is not deleted. */
interface CheckedCollection {
  readonly id: number;
  readonly name: string;
  readonly schema: JsonObject | null;
  readonly enforce: string;
  readonly referrers: readonly Referrer[];
}

/**
 * Checks the references of all collections of the transaction's tenant, and returns the first difference as a sentence:
 * a link to no live record, or a target that does not know the reference, so that a deletion would not find its links.
 * Links that were stored before a reference was declared with `enforce: new` have never been checked, so those of such
 * collections are not checked here either. Takes constant memory. The caller's transaction must be REPEATABLE READ.
 */
export async function checkLinks(client: ClientBase): Promise<string | null> {
  const { rows } = await client.query<CheckedCollection>(COLLECTIONS);
  const byName = new Map(rows.map((collection) => [collection.name, collection]));
  for (const collection of rows) {
    const references = referencesOf(collection.schema);
    const unknown = references.find((reference) => !isKnown(collection, reference, byName.get(reference.collection)));
    if (unknown) return `${labelOf(collection, unknown)} is not stored with ${JSON.stringify(unknown.collection)}.`;
    if (references.length === 0 || collection.enforce !== 'all') continue;
    const difference = await checkRecords(client, collection, references, byName);
    if (difference !== null) return difference;
  }
  return null;
}

async function checkRecords(
  client: ClientBase,
  collection: CheckedCollection,
  references: readonly Reference[],
  byName: ReadonlyMap<string, CheckedCollection>,
): Promise<string | null> {
  for await (const batch of batchesOf(client, collection.id)) {
    for (const reference of references) {
      const target = byName.get(reference.collection)?.id ?? 0;
      const [first] = await danglingLinks(batch, reference, async (ids) => {
        const { rows } = await client.query<{ id: string }>(MISSING_RECORDS, [target, ids]);
        return rows.map(({ id }) => id);
      });
      if (first)
        return (
          `${labelOf(collection, reference)}: record ${first.record} has the value ${JSON.stringify(first.value)}, ` +
          `which is not the id of a record of ${JSON.stringify(reference.collection)}.`
        );
    }
  }
  return null;
}

/** Reads the live records of a collection, in the order of their ids. */
async function* batchesOf(client: ClientBase, id: number): AsyncGenerator<{ id: string; data: JsonObject }[]> {
  for (let after: string | null = null; ;) {
    const values: unknown[] = [id, after, BATCH];
    const { rows } = await client.query<{ id: string; data: JsonObject }>(RECORDS, values);
    if (rows.length > 0) yield rows;
    if (rows.length < BATCH) return;
    after = rows.at(-1)?.id ?? null;
  }
}

function isKnown({ name }: CheckedCollection, reference: Reference, target: CheckedCollection | undefined): boolean {
  if (!target) return true; // every link is then reported
  const { path, onDelete } = reference;
  return target.referrers.some(
    (known) => known.collection === name && known.onDelete === onDelete && printPath(known.path) === printPath(path),
  );
}

function labelOf({ name }: CheckedCollection, { path }: Reference): string {
  return `reference ${JSON.stringify(printPath(path))} of ${JSON.stringify(name)}`;
}

const COLLECTIONS = `
SELECT id, name, schema, enforce, referrers FROM haven.collections
WHERE tenant_id = haven.current_tenant() AND deleted_at IS NULL ORDER BY name`;

const RECORDS = `
SELECT id, data FROM haven.records
WHERE tenant_id = haven.current_tenant() AND collection_id = $1 AND data IS NOT NULL
  AND id > coalesce($2::uuid, '00000000-0000-0000-0000-000000000000') ORDER BY id LIMIT $3`;
