import type { HavenConfig } from '@haven/config';
import { migrate } from '@haven/database';

import { explainMigrationFailure, migrationOptions, openDatabase } from './database.js';
import { migrations } from './migrations/index.js';
import { dropOldIndexes } from './old-indexes.js';
import type { OldIndexes } from './old-indexes.js';

/** The result of a migration. */
export interface MigrationReport {
  /** Names of the migrations that ran. */
  readonly migrated: string[];
  readonly oldIndexes: OldIndexes;
}

/**
 * Migrates the configured database to this version. Also drops indexes that only the previous version uses, once they
 * are replaced. `onWait` receives sentences about locks that the migration waits for.
 */
export async function migrateOnce(config: HavenConfig, onWait: (message: string) => void): Promise<MigrationReport> {
  const database = await openDatabase(config);
  try {
    const migrated = await migrate(database.address, migrations, migrationOptions(config, onWait));
    return { migrated, oldIndexes: await dropOldIndexes(database.address) };
  } catch (error) {
    throw explainMigrationFailure(error, config);
  } finally {
    await database.stop();
  }
}
