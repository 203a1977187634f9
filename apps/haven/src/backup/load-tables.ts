import { pipeline } from 'node:stream/promises';

import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

import { StartError } from '../start-error.js';
import type { ArchiveReader } from './archive-reader.js';
import type { BackupHeader, BackupSummary, SequenceState } from './backup-contents.js';
import { columnList, readTables, tableName } from './table-catalog.js';

/** Selects the tables whose owner is restricted by row security. COPY cannot write to these. */
const FORCED = `
SELECT relname AS name FROM pg_class
WHERE relnamespace = 'haven'::regnamespace AND relkind = 'r' AND relforcerowsecurity`;

/** Selects the indexes that belong to no constraint, with the statements that create them. */
const INDEXES = `
SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS statement
FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid
WHERE c.relnamespace = 'haven'::regnamespace AND c.relkind = 'r'
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid)
ORDER BY 1`;

/** Called when a step of the load begins. */
export type OnStep = (step: string) => void;

/**
 * Loads all rows of a backup into tables that were created in the same transaction by the backup's migrations, as their
 * owner. Rows that these migrations have inserted are replaced.
 */
export async function loadTables(
  client: ClientBase,
  archive: ArchiveReader,
  header: BackupHeader,
  onStep: OnStep,
): Promise<void> {
  await requireColumns(client, header);
  const names = header.tables.map(({ name }) => tableName(client, name));
  await client.query(SETTINGS);
  await client.query(`TRUNCATE ${names.join(', ')}`);
  const forced = (await client.query<{ name: string }>(FORCED)).rows.map(({ name }) => tableName(client, name));
  for (const name of forced) await client.query(`ALTER TABLE ${name} NO FORCE ROW LEVEL SECURITY`);
  const { rows: indexes } = await client.query<{ name: string; statement: string }>(INDEXES);
  for (const { name } of indexes) await client.query(`DROP INDEX ${name}`);
  const counts = await copyIn(client, archive, header);
  const summary = await archive.summary();
  for (const { name } of header.tables) requireCount(name, summary, counts.get(name) ?? 0);
  for (const sequence of summary.sequences) await setSequence(client, sequence);
  onStep('Building indexes');
  for (const { statement } of indexes) await client.query(statement);
  for (const name of forced) await client.query(`ALTER TABLE ${name} FORCE ROW LEVEL SECURITY`);
}

/**
 * Values are read as `DatabaseSnapshot` has printed them. The triggers for processes of the previous release have
 * nothing to do: the entries are in the backup, and searched text is built later.
 */
const SETTINGS = `
SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0;
SET LOCAL client_encoding = 'UTF8'; SET LOCAL datestyle = 'ISO'; SET LOCAL timezone = 'UTC';
SET LOCAL haven.index_entries = 'written'; SET LOCAL haven.search = 'written'`;

/** Fails if the tables in the file are not those that the backup's migrations create. */
async function requireColumns(client: ClientBase, header: BackupHeader): Promise<void> {
  const expected = new Map((await readTables(client)).map(({ name, columns }) => [name, [...columns].toSorted()]));
  for (const { name, columns } of header.tables) {
    if (expected.get(name)?.join() === [...columns].toSorted().join()) continue;
    throw new StartError(
      `The backup was created by Haven ${header.haven}, whose table ${name} differs from the one that this version ` +
        'creates with the same migrations; restore it with the version that created it.',
    );
  }
}

/** Returns the number of rows of each table that has any. */
async function copyIn(
  client: ClientBase,
  archive: ArchiveReader,
  { tables }: BackupHeader,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for await (const { name, rows } of archive.tables()) {
    const columns = tables.find((table) => table.name === name)?.columns;
    if (!columns) throw new StartError(`The backup contains rows of ${name}, a table that its header does not list.`);
    // FREEZE: the table was truncated in this transaction, so its rows need not be visited again by vacuum.
    const statement = `COPY ${tableName(client, name)} ${columnList(client, columns)} FROM STDIN WITH (FREEZE)`;
    const target = client.query(copyFrom(statement));
    await pipeline(rows, target);
    counts.set(name, target.rowCount);
  }
  return counts;
}

function requireCount(name: string, { tables }: BackupSummary, count: number): void {
  const expected = tables[name]?.rows ?? 0;
  if (count === expected) return;
  throw new StartError(`The backup lists ${expected} rows of ${name}, but ${count} were restored.`);
}

async function setSequence(client: ClientBase, { table, column, value, isCalled }: SequenceState): Promise<void> {
  const name = tableName(client, table);
  await client.query('SELECT setval(pg_get_serial_sequence($1, $2), $3, $4)', [name, column, value, isCalled]);
}
