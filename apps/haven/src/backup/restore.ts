import type { Client } from 'pg';

import type { HavenConfig } from '@haven/config';
import { createRoles } from '@haven/database';

import { missingMigrations } from '../missing-migrations.js';
import { StartError } from '../start-error.js';
import { verify } from '../verify.js';
import type { TenantVerdict } from '../verify.js';
import { asAdministrator } from './administrator.js';
import type { Administrator } from './administrator.js';
import { giveTo, makeOwner, unmakeOwner } from './ownership.js';

/** How to restore. */
export interface RestoreOptions {
  /** Over what is there; otherwise the database must have no Haven in it. */
  readonly replace: boolean;
  /** Who is to own what is restored; if left out, the role that owned it, or the login where there is no such role. */
  readonly owner?: string | undefined;
}

/** Where what is replaced lies until what replaces it has proven sound. */
const ASIDE = 'haven_before';

/** Makes the database what it was when the backup was made, and checks rows, events and seals. A backup that can not be read changes nothing. */
export async function restoreBackup(
  config: HavenConfig,
  file: string,
  options: RestoreOptions,
): Promise<TenantVerdict> {
  return asAdministrator(config, async (administrator) => {
    const { client, programs, login, isSuperuser } = administrator;
    if (!isSuperuser) {
      throw new StartError(`Restoring gives tables to several roles, which only a superuser may; ${login} is none.`);
    }
    await programs.require('pg_restore');
    const from = ownerIn(await programs.run('pg_restore', ['--list', file]), file);
    await requireStillness(client);
    const aside = await putAside(client, options.replace);
    await fill(administrator, file, { from, to: options.owner, aside });
    const verdict = await check(config, client);
    if (!aside) return verdict;
    if (!verdict.sound)
      return { ...verdict, text: `${verdict.text}\nWhat was there before is kept as schema ${ASIDE}.` };
    await client.query(`DROP SCHEMA ${ASIDE} CASCADE`);
    return verdict;
  });
}

/** Who owned the schema, by the backup's list of contents. */
function ownerIn(contents: string, file: string): string {
  const owner = /^\d+; \d+ \d+ SCHEMA - haven (.+)$/m.exec(contents)?.[1];
  if (owner === undefined) throw new StartError(`${file} is no backup of a Haven.`);
  return owner;
}

/** A server would write into what is being replaced, and remember what is no more. Each has connections of these names at all times. */
async function requireStillness(client: Client): Promise<void> {
  const { rows } = await client.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM pg_stat_activity
     WHERE datname = current_database() AND application_name LIKE 'haven%' AND pid <> pg_backend_pid()`,
  );
  if (rows[0]?.count !== 0) throw new StartError('A Haven is running on this database; stop it first.');
}

/** Resolves with whether there was something to put aside. */
async function putAside(client: Client, replace: boolean): Promise<boolean> {
  const { rows } = await client.query<{ haven: boolean; before: boolean }>(
    `SELECT to_regnamespace('haven') IS NOT NULL AS haven, to_regnamespace('${ASIDE}') IS NOT NULL AS before`,
  );
  if (!rows[0]?.haven) return false;
  if (!replace) {
    throw new StartError(
      'There is a Haven in this database; restore into an empty one, or say --replace to lose what is there.',
    );
  }
  if (rows[0].before) throw new StartError(`An earlier restore has left the schema ${ASIDE}; drop it first.`);
  await client.query(`ALTER SCHEMA haven RENAME TO ${ASIDE}`);
  return true;
}

async function fill(
  { client, programs, login }: Administrator,
  file: string,
  { from, to, aside }: { from: string; to: string | undefined; aside: boolean },
): Promise<void> {
  const madeHere = await makeOwner(client, from);
  const owner = to ?? (madeHere ? login : from);
  try {
    await createRoles(client);
    const database = client.database ?? login;
    await programs.run('pg_restore', ['--single-transaction', '--no-password', `--dbname=${database}`, file]);
    await giveTo(client, from, owner);
    await client.query('ANALYZE');
  } catch (error) {
    await client.query('DROP SCHEMA IF EXISTS haven CASCADE');
    if (aside) await client.query(`ALTER SCHEMA ${ASIDE} RENAME TO haven`);
    throw error;
  } finally {
    if (madeHere) await unmakeOwner(client, from);
  }
}

async function check(config: HavenConfig, client: Client): Promise<TenantVerdict> {
  if ((await missingMigrations(client)).length > 0) {
    return {
      sound: true,
      text: 'Restored. The backup is of an older version of Haven: run haven migrate, then haven verify --audit.',
    };
  }
  const { sound, text } = await verify(config, { audit: true, exported: [] });
  return { sound, text: sound ? `Restored.\n${text}` : `Restored, but not sound.\n${text}` };
}
