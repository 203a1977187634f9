import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';

import type { HavenConfig } from '@haven/config';
import { databaseRoles } from '@haven/database';

import { StartError } from '../start-error.js';
import { asAdministrator } from './administrator.js';
import { createBackup } from './create-backup.js';
import type { TransferProgress } from './transfer-progress.js';

/**
 * Backs up the configured database into a file that does not exist yet, while servers can keep running. Returns a
 * summary for the operator.
 */
export async function backUp(config: HavenConfig, file: string, progress: TransferProgress): Promise<string> {
  if (existsSync(file)) throw new StartError(`${file} already exists; choose another file name.`);
  const { runtime } = databaseRoles(config.database.rolePrefix);
  return asAdministrator(config, async ({ client }) => {
    const { tables, rows } = await createBackup(client, runtime, file, progress);
    return `Backed up to ${file}: ${rows} rows of ${tables} tables, ${(await stat(file)).size} bytes.`;
  });
}
