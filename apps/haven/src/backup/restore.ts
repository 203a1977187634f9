import type { Client } from 'pg';

import type { HavenConfig } from '@haven/config';
import { createRoles, databaseRoles } from '@haven/database';
import type { DatabaseRoles } from '@haven/database';

import { missingMigrations } from '../missing-migrations.js';
import { StartError } from '../start-error.js';
import { verify } from '../verify.js';
import type { TenantVerdict } from '../verify.js';
import { asAdministrator } from './administrator.js';
import type { Administrator } from './administrator.js';
import { createOwner, dropOwner, transferOwnership } from './ownership.js';

export interface RestoreOptions {
  /** Whether to replace existing Haven data. Otherwise the database must not contain any. */
  readonly replace: boolean;
  /**
   * Role that will own the restored objects. Defaults to the previous owner, or to the login if that does not exist.
   */
  readonly owner?: string | undefined;
}

/** Schema that keeps the replaced data until the restored data is verified. */
const ASIDE = 'haven_before';

/**
 * Restores a backup and verifies rows, events and seals. If the backup cannot be read, the database remains unchanged.
 */
export async function restoreBackup(
  config: HavenConfig,
  file: string,
  options: RestoreOptions,
): Promise<TenantVerdict> {
  return asAdministrator(config, async (administrator) => {
    const { client, programs, login, isSuperuser } = administrator;
    if (!isSuperuser) {
      throw new StartError(
        `Restoring assigns tables to several roles, which requires a superuser; ${login} is not one.`,
      );
    }
    await programs.require('pg_restore');
    const from = ownerIn(await programs.run('pg_restore', ['--list', file]), file);
    await requireNoServer(client);
    const aside = await putAside(client, options.replace);
    const roles = databaseRoles(config.database.rolePrefix);
    await fill(administrator, file, { from, to: options.owner, aside, roles });
    const verdict = await check(config, client);
    if (!aside) return verdict;
    if (!verdict.sound)
      return { ...verdict, text: `${verdict.text}\nThe previous data is kept in the schema ${ASIDE}.` };
    await client.query(`DROP SCHEMA ${ASIDE} CASCADE`);
    return verdict;
  });
}

/** Returns the owner of the schema according to the backup's contents list. */
function ownerIn(contents: string, file: string): string {
  const owner = /^\d+; \d+ \d+ SCHEMA - haven (.+)$/m.exec(contents)?.[1];
  if (owner === undefined) throw new StartError(`${file} is not a backup of Haven.`);
  return owner;
}

/**
 * Fails if a server is running, because it would write into the replaced data and keep outdated caches. A running
 * server always has connections whose application name starts with `haven`.
 */
async function requireNoServer(client: Client): Promise<void> {
  const { rows } = await client.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM pg_stat_activity
     WHERE datname = current_database() AND application_name LIKE 'haven%' AND pid <> pg_backend_pid()`,
  );
  if (rows[0]?.count !== 0) throw new StartError('A Haven server is running on this database; stop it first.');
}

/** Renames the existing schema. Returns false if there is none. */
async function putAside(client: Client, replace: boolean): Promise<boolean> {
  const { rows } = await client.query<{ haven: boolean; before: boolean }>(
    `SELECT to_regnamespace('haven') IS NOT NULL AS haven, to_regnamespace('${ASIDE}') IS NOT NULL AS before`,
  );
  if (!rows[0]?.haven) return false;
  if (!replace) {
    throw new StartError(
      'This database already contains Haven data; restore into an empty database, or use --replace to replace the data.',
    );
  }
  if (rows[0].before) throw new StartError(`An earlier restore left the schema ${ASIDE} behind; drop it first.`);
  await client.query(`ALTER SCHEMA haven RENAME TO ${ASIDE}`);
  return true;
}

async function fill(
  { client, programs, login }: Administrator,
  file: string,
  { from, to, aside, roles }: { from: string; to: string | undefined; aside: boolean; roles: DatabaseRoles },
): Promise<void> {
  const created = await createOwner(client, from);
  const owner = to ?? (created ? login : from);
  try {
    await createRoles(client, roles);
    const database = client.database ?? login;
    await programs.run('pg_restore', ['--single-transaction', '--no-password', `--dbname=${database}`, file]);
    await transferOwnership(client, { from, to: owner }, roles);
    await client.query('ANALYZE');
  } catch (error) {
    await client.query('DROP SCHEMA IF EXISTS haven CASCADE');
    if (aside) await client.query(`ALTER SCHEMA ${ASIDE} RENAME TO haven`);
    throw error;
  } finally {
    if (created) await dropOwner(client, from);
  }
}

async function check(config: HavenConfig, client: Client): Promise<TenantVerdict> {
  if ((await missingMigrations(client)).length > 0) {
    return {
      sound: true,
      text: 'Restored. The backup is from an older version of Haven: run haven migrate, then haven verify --audit.',
    };
  }
  const { sound, text } = await verify(config, { audit: true, exported: [] });
  return { sound, text: sound ? `Restored.\n${text}` : `Restored, but the verification failed.\n${text}` };
}
