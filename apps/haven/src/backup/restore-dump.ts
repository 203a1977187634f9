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
import { ASIDE, hasReplaceableData, putAside, requireNoServer, settleReplacement } from './replaced-data.js';

/** Options for a file of `pg_dump`. */
interface DumpOptions {
  readonly replace: boolean;
  /**
   * Role that will own the restored objects. Defaults to the previous owner, or to the login if that does not exist.
   */
  readonly owner?: string | undefined;
}

/**
 * Restores a file in the custom format of `pg_dump` with PostgreSQL's own program, and verifies rows, events and seals.
 * If the file cannot be read, the database remains unchanged.
 */
export async function restoreDump(config: HavenConfig, file: string, options: DumpOptions): Promise<TenantVerdict> {
  return asAdministrator(config, async (administrator) => {
    const { client, programs, login, isSuperuser } = administrator;
    if (!isSuperuser) {
      throw new StartError(
        `Restoring a file of pg_dump assigns tables to several roles, which requires a superuser; ${login} is not one.`,
      );
    }
    await programs.require('pg_restore');
    const from = ownerIn(await programs.run('pg_restore', ['--list', file]), file);
    await requireNoServer(client);
    const aside = await hasReplaceableData(client, options.replace);
    if (aside) await putAside(client);
    const roles = databaseRoles(config.database.rolePrefix);
    await fill(administrator, file, { from, to: options.owner, aside, roles });
    const verdict = await check(config, client);
    return aside ? settleReplacement(client, verdict) : verdict;
  });
}

/** Returns the owner of the schema according to the backup's contents list. */
function ownerIn(contents: string, file: string): string {
  const owner = /^\d+; \d+ \d+ SCHEMA - haven (.+)$/m.exec(contents)?.[1];
  if (owner === undefined) throw new StartError(`${file} is not a backup of Haven.`);
  return owner;
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
