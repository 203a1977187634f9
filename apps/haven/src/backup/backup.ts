import { existsSync } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';

import type { Client } from 'pg';

import type { HavenConfig } from '@haven/config';

import { StartError } from '../start-error.js';
import { asAdministrator } from './administrator.js';

/** Writes all of Haven's data, as of one moment, into a file for `restore`; says what it has written. Servers go on meanwhile. */
export async function createBackup(config: HavenConfig, file: string): Promise<string> {
  if (existsSync(file)) throw new StartError(`${file} exists already; give another name.`);
  return asAdministrator(config, async ({ client, programs, login, seesAll }) => {
    await requireHaven(client);
    if (!seesAll) {
      throw new StartError(
        `Row security binds ${login}, so the records of tenants would be missing; back up as a superuser, or as a role with BYPASSRLS.`,
      );
    }
    await programs.require('pg_dump');
    const draft = `${file}.part`;
    try {
      await makePrivate(draft);
      await programs.run('pg_dump', ['--format=custom', '--schema=haven', '--no-password', `--file=${draft}`]);
      await rename(draft, file);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
    return `Backed up to ${file}: ${(await stat(file)).size} bytes.`;
  });
}

async function requireHaven(client: Client): Promise<void> {
  const { rows } = await client.query<{ there: boolean }>(
    "SELECT to_regclass('haven.migrations') IS NOT NULL AS there",
  );
  if (!rows[0]?.there) throw new StartError('There is no Haven in this database to back up.');
}

/** For nobody but who runs this, before there is anything in it. */
async function makePrivate(file: string): Promise<void> {
  try {
    const handle = await open(file, 'w', 0o600);
    await handle.chmod(0o600);
    await handle.close();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`The file can not be written: ${reason}.`, { cause: error });
  }
}
