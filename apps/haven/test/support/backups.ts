import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';

import { onTestFinished } from 'vitest';

import type { HavenConfig } from '@haven/config';

import { ArchiveReader } from '../../src/backup/archive-reader.js';
import { ArchiveWriter } from '../../src/backup/archive-writer.js';
import type { BackupHeader, BackupSummary } from '../../src/backup/backup-contents.js';
import { restoreBackup } from '../../src/backup/restore.js';
import type { RestoreOptions } from '../../src/backup/restore.js';
import { NO_PROGRESS } from '../../src/backup/transfer-progress.js';
import type { TenantVerdict } from '../../src/verify.js';
import { testConfig } from './haven.js';
import { at } from './process.js';
import { openTestDatabase } from './test-database.js';

/** Selects the schemas of Haven. */
export const SCHEMAS = "SELECT nspname AS name FROM pg_namespace WHERE nspname LIKE 'haven%' ORDER BY 1";

export function configOf(url: string): HavenConfig {
  return testConfig([`database.url=${url}`]);
}

/** Creates a database without a schema for one test. */
export async function emptyDatabase() {
  const database = await openTestDatabase('template0');
  onTestFinished(() => database.drop());
  return { url: at(database.address).DATABASE_URL, owner: database.owner };
}

export function restore(url: string, file: string, options: Partial<RestoreOptions> = {}): Promise<TenantVerdict> {
  return restoreBackup(configOf(url), file, { replace: false, ...options }, NO_PROGRESS);
}

/** Everything in a backup. */
interface BackupContents {
  header: BackupHeader;
  summary: BackupSummary;
  /** The rows in the text format of COPY, by the name of the table. */
  rows: Map<string, Buffer>;
}

export async function contentsOf(file: string): Promise<BackupContents> {
  const archive = new ArchiveReader(file);
  const header = await archive.header();
  const rows = new Map<string, Buffer>();
  for await (const table of archive.tables()) {
    const chunks: Buffer[] = [];
    for await (const chunk of table.rows) chunks.push(chunk);
    rows.set(table.name, Buffer.concat(chunks));
  }
  return { header, summary: await archive.summary(), rows };
}

interface BackupChange {
  header?: Partial<BackupHeader>;
  rows?(table: string, rows: Buffer): Buffer;
}

/** Writes a valid backup into `directory` that differs from `file`. Returns its path. */
export async function alterBackup(file: string, change: BackupChange, directory = dirname(file)): Promise<string> {
  const { header, summary, rows } = await contentsOf(file);
  const path = join(directory, `${randomUUID()}.backup`);
  const archive = await ArchiveWriter.create(path);
  await archive.writeHeader({ ...header, ...change.header });
  for (const [name, content] of rows) {
    await archive.writeTable(name, only(change.rows?.(name, content) ?? content), () => undefined);
  }
  await archive.complete(summary.sequences);
  return path;
}

async function* only(buffer: Buffer): AsyncGenerator<Buffer> {
  yield buffer;
}
