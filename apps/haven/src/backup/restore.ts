import { stat } from 'node:fs/promises';

import type { HavenConfig } from '@haven/config';
import { databaseRoles, inMigrationTransaction } from '@haven/database';
import type { DatabaseRoles, MigrationTransaction } from '@haven/database';

import { migrations } from '../migrations/index.js';
import { project } from '../project-root.js';
import { StartError } from '../start-error.js';
import { verify } from '../verify.js';
import type { TenantVerdict } from '../verify.js';
import { asAdministrator } from './administrator.js';
import type { Administrator } from './administrator.js';
import { prepareRestored } from './after-restore.js';
import { ArchiveReader, kindOf } from './archive-reader.js';
import type { BackupHeader } from './backup-contents.js';
import { loadTables } from './load-tables.js';
import { hasReplaceableData, putAside, requireNoServer, settleReplacement } from './replaced-data.js';
import { restoreDump } from './restore-dump.js';
import type { TransferProgress } from './transfer-progress.js';

export interface RestoreOptions {
  /** Whether to replace existing Haven data. Otherwise the database must not contain any. */
  readonly replace: boolean;
  /** Role that will own the objects of a file of `pg_dump`. Other backups belong to the login that restores them. */
  readonly owner?: string | undefined;
}

/**
 * Restores a backup, migrates it to this version, and verifies rows, events and seals. The file is checked completely
 * before the database is changed, and one transaction makes all changes.
 */
export async function restoreBackup(
  config: HavenConfig,
  file: string,
  options: RestoreOptions,
  progress: TransferProgress,
): Promise<TenantVerdict> {
  const kind = await kindOf(file);
  if (kind === 'unknown') throw new StartError(`${file} is not a backup of Haven.`);
  if (kind === 'pg_dump') return restoreDump(config, file, options);
  if (options.owner !== undefined) {
    throw new StartError(
      '--owner applies to files of pg_dump. The tables of this backup will belong to the login that restores it: ' +
        `set DATABASE_MIGRATION_URL to a URL with the login ${options.owner}.`,
    );
  }
  const { size } = await stat(file);
  const source = { file, size, header: await checkFile(file, size, progress) };
  requireKnownMigrations(source.header, file);
  return asAdministrator(config, async (administrator) => {
    const replaced = await replaceData(
      administrator,
      source,
      { ...options, roles: databaseRoles(config.database.rolePrefix) },
      progress,
    );
    const { client } = administrator;
    progress.begin('Verifying', 0);
    await client.query('ANALYZE');
    const { sound, text } = await verify(config, { audit: true, exported: [] });
    const verdict = { sound, text: `${sound ? 'Restored.' : UNSOUND}\n${text}` };
    return replaced ? settleReplacement(client, verdict) : verdict;
  });
}

/** The hashes of the file matched, so the difference was in the data when it was backed up. */
const UNSOUND =
  'Restored as it was backed up, but the verification failed: the data already had this difference. Run haven ' +
  'rebuild if a row differs from its events, or restore an older backup with --replace.';

interface CheckedFile {
  readonly file: string;
  readonly size: number;
  readonly header: BackupHeader;
}

/** Reads the whole file, so that a damaged one is refused before anything is changed. */
async function checkFile(file: string, size: number, progress: TransferProgress): Promise<BackupHeader> {
  progress.begin('Checking the file', size);
  const archive = new ArchiveReader(file, (bytes) => progress.advance(bytes));
  try {
    const header = await archive.header();
    for await (const { rows } of archive.tables()) await drain(rows);
    await archive.summary();
    return header;
  } finally {
    await archive.close();
  }
}

/** Reads to the end. */
async function drain(chunks: AsyncIterable<Buffer>): Promise<void> {
  const iterator = chunks[Symbol.asyncIterator]();
  while (!(await iterator.next()).done);
}

function requireKnownMigrations({ haven, migrations: needed }: BackupHeader, file: string): void {
  const known = new Set(migrations.map(({ name }) => name));
  const unknown = needed.find((name) => !known.has(name));
  if (unknown === undefined) return;
  throw new StartError(
    `${file} is from a newer Haven, version ${haven}: this version, ${project.version}, does not have its migration ` +
      `${unknown}. Restore it with that version or a newer one.`,
  );
}

/** Returns whether the database contained data, which has been set aside. */
async function replaceData(
  { client: administrator, address }: Administrator,
  { file, size, header }: CheckedFile,
  { replace, roles }: { replace: boolean; roles: DatabaseRoles },
  progress: TransferProgress,
): Promise<boolean> {
  await requireNoServer(administrator);
  let replaced = false;
  const archive = new ArchiveReader(file, (bytes) => progress.advance(bytes));
  const load = async ({ client, migrate }: MigrationTransaction): Promise<void> => {
    replaced = await hasReplaceableData(client, replace);
    if (replaced) await putAside(client);
    await migrate(migrations.filter(({ name }) => header.migrations.includes(name)));
    progress.begin('Loading rows', size);
    await archive.header();
    await loadTables(client, archive, header, (step) => progress.begin(step, 0));
    await migrate(migrations);
    await prepareRestored(client);
  };
  try {
    if (await inMigrationTransaction(address, roles, load)) return replaced;
    throw new StartError('Another process is migrating this database; restore when it has ended.');
  } finally {
    await archive.close();
  }
}
