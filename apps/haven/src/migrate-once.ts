import type { HavenConfig } from '@haven/config';
import { migrate } from '@haven/database';

import { explainMigrationFailure, migrationOptions, openDatabase } from './database.js';
import { migrations } from './migrations/index.js';

/**
 * Migrates the configured database to this version. Returns the names of the migrations that ran. `onWait` receives
 * sentences about locks that the migration waits for.
 */
export async function migrateOnce(config: HavenConfig, onWait: (message: string) => void): Promise<string[]> {
  const database = await openDatabase(config);
  try {
    return await migrate(database.address, migrations, migrationOptions(config, onWait));
  } catch (error) {
    throw explainMigrationFailure(error, config);
  } finally {
    await database.stop();
  }
}
