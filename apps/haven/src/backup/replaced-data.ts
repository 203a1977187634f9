import type { ClientBase } from 'pg';

import { StartError } from '../start-error.js';
import type { TenantVerdict } from '../verify.js';

/** Schema that keeps the replaced data until the restored data is verified. */
export const ASIDE = 'haven_before';

/**
 * Fails if a server is running, because it would write into the replaced data and keep outdated caches. A running
 * server always has connections for notifications and for leadership. Its other connections do not prove that it runs,
 * because a pooler keeps them open for a while.
 */
export async function requireNoServer(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM pg_stat_activity
     WHERE datname = current_database() AND application_name ~ '^haven-(notices|leader)' AND pid <> pg_backend_pid()`,
  );
  if (rows[0]?.count !== 0) throw new StartError('A Haven server is running on this database; stop it first.');
}

/** Returns whether there is Haven data. Fails unless it may be replaced. */
export async function hasReplaceableData(client: ClientBase, replace: boolean): Promise<boolean> {
  const { rows } = await client.query<{ haven: boolean; before: boolean }>(
    `SELECT EXISTS (SELECT FROM pg_class WHERE relnamespace = to_regnamespace('haven')) AS haven,
       to_regnamespace('${ASIDE}') IS NOT NULL AS before`,
  );
  if (!rows[0]?.haven) return false;
  if (!replace) {
    throw new StartError(
      'This database already contains Haven data; restore into an empty database, or use --replace to replace the data.',
    );
  }
  if (rows[0].before) throw new StartError(`An earlier restore left the schema ${ASIDE} behind; drop it first.`);
  return true;
}

/** Renames the schema with the existing data. */
export async function putAside(client: ClientBase): Promise<void> {
  await client.query(`ALTER SCHEMA haven RENAME TO ${ASIDE}`);
}

/** Deletes the replaced data if the restored data is sound, and returns the verdict for the operator. */
export async function settleReplacement(client: ClientBase, verdict: TenantVerdict): Promise<TenantVerdict> {
  if (!verdict.sound) return { ...verdict, text: `${verdict.text}\nThe previous data is kept in the schema ${ASIDE}.` };
  await client.query(`DROP SCHEMA ${ASIDE} CASCADE`);
  return verdict;
}
