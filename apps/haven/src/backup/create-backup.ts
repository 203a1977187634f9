import type { Client } from 'pg';

import { project } from '../project-root.js';
import { ArchiveWriter } from './archive-writer.js';
import { BACKUP_FORMAT, BACKUP_VERSION } from './backup-contents.js';
import type { BackupHeader } from './backup-contents.js';
import { DatabaseSnapshot } from './snapshot.js';
import type { TransferProgress } from './transfer-progress.js';

/** The contents of a new backup. */
export interface BackupReport {
  readonly tables: number;
  readonly rows: number;
}

/**
 * Writes a consistent snapshot of all of Haven's data into a file, over a connection that is used for nothing else and
 * closed afterwards. Memory does not depend on the amount of data: PostgreSQL sends rows only as fast as the disk takes
 * them.
 */
export async function createBackup(
  client: Client,
  runtimeRole: string,
  file: string,
  progress: TransferProgress,
): Promise<BackupReport> {
  const snapshot = await DatabaseSnapshot.open(client, runtimeRole);
  const archive = await ArchiveWriter.create(file);
  try {
    progress.begin(
      'Backing up rows',
      snapshot.tables.reduce((sum, { estimate }) => sum + estimate, 0),
    );
    await archive.writeHeader(headerOf(snapshot));
    let rows = 0;
    for (const table of snapshot.tables) {
      const { rows: count } = await archive.writeTable(table.name, snapshot.rows(table), (read) =>
        progress.advance(read),
      );
      rows += count;
    }
    await archive.complete(snapshot.sequences);
    return { tables: snapshot.tables.length, rows };
  } catch (error) {
    await archive.discard();
    throw error;
  }
}

function headerOf({ postgres, migrations, tables }: DatabaseSnapshot): BackupHeader {
  return {
    format: BACKUP_FORMAT,
    version: BACKUP_VERSION,
    haven: project.version,
    postgres,
    createdAt: new Date().toISOString(),
    migrations,
    tables: tables.map(({ name, columns }) => ({ name, columns })),
  };
}
