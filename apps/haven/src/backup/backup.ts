import { existsSync } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';

import type { Client } from 'pg';

import type { HavenConfig } from '@haven/config';

import { StartError } from '../start-error.js';
import { asAdministrator } from './administrator.js';

/**
 * Writes a consistent snapshot of all of Haven's data into a file that `restore` can read, while servers can keep
 * running. Returns a summary for the operator.
 */
export async function createBackup(config: HavenConfig, file: string): Promise<string> {
  if (existsSync(file)) throw new StartError(`${file} already exists; choose another file name.`);
  return asAdministrator(config, async ({ client, programs, login, seesAll }) => {
    await requireHaven(client);
    if (!seesAll) {
      throw new StartError(
        `Row security applies to ${login}, so the records of tenants would be missing; ` +
          'back up as a superuser or as a role with BYPASSRLS.',
      );
    }
    await programs.require('pg_dump');
    const draft = `${file}.part`;
    try {
      await createPrivateFile(draft);
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
  if (!rows[0]?.there) throw new StartError('This database contains no Haven data to back up.');
}

/** Creates the file, readable only by the current user, before any data is written to it. */
async function createPrivateFile(file: string): Promise<void> {
  try {
    const handle = await open(file, 'w', 0o600);
    await handle.chmod(0o600);
    await handle.close();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`${file} cannot be written: ${reason}.`, { cause: error });
  }
}
