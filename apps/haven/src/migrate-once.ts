import type { HavenConfig } from '@haven/config';
import { migrate } from '@haven/database';

import { openDatabase } from './database.js';
import { migrations } from './migrations/index.js';
import { explainDatabase } from './start-error.js';

/** Migrates the configured database to this version. Returns the names of the migrations that ran. */
export async function migrateOnce(config: HavenConfig): Promise<string[]> {
  const { url, migrationUrl } = config.database;
  const database = await openDatabase(config);
  try {
    return await migrate(database.address, migrations);
  } catch (error) {
    throw url === undefined ? error : explainDatabase(error, migrationUrl ?? url);
  } finally {
    await database.stop();
  }
}
