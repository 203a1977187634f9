import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { migrate } from '@haven/database';
import type { DatabaseAddress } from '@haven/database';

import { ArchiveReader } from '../../src/backup/archive-reader.js';
import { ArchiveWriter } from '../../src/backup/archive-writer.js';
import type { BackupHeader, BackupSummary } from '../../src/backup/backup-contents.js';
import { backUp } from '../../src/backup/backup.js';
import { restoreBackup } from '../../src/backup/restore.js';
import type { RestoreOptions } from '../../src/backup/restore.js';
import { NO_PROGRESS } from '../../src/backup/transfer-progress.js';
import { migrations } from '../../src/migrations/index.js';
import { startHaven, testConfig } from '../support/haven.js';
import { at } from '../support/process.js';
import { sql } from '../support/served-haven.js';
import { openTestDatabase } from '../support/test-database.js';

const haven = startHaven();
let directory: string;
let file: string;

/** Documents whose text JavaScript or PostgreSQL might change. */
const DOCUMENTS = [
  '{"n":1e400}',
  '{"n":12345678901234567890.10,"m":-0.0}',
  String.raw`{"text":"tab\t, newline\n, backslash \\, quote \", \u2028, 😀, \\N, \\."}`,
  '{"":{"b":[],"a":{}}}',
];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'haven-backup-'));
  file = join(directory, 'first.backup');
  for (const tenant of [randomUUID(), randomUUID()]) {
    const headers = { 'x-test-tenant': tenant };
    await haven.rest('POST', '/collections', { name: 'films', history: { keep: 5 } }, headers);
    const { body } = await haven.rest('POST', '/collections/films/records', { data: { n: 1 } }, headers);
    await haven.rest('PATCH', `/collections/films/records/${body.id}`, { data: { n: 2 } }, headers);
    const [{ id }] = await haven.sql("SELECT id FROM haven.collections WHERE tenant_id = $1 AND name = 'films'", [
      tenant,
    ]);
    for (const document of DOCUMENTS) await storeDirectly(tenant, id, document);
  }
  await backUp(configOf(haven.address), file, NO_PROGRESS);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Stores a document that the API might refuse: a backup must return whatever is in the tables. */
async function storeDirectly(tenant: string, collection: number, document: string): Promise<void> {
  await haven.sql(
    `WITH record AS (
       INSERT INTO haven.records (tenant_id, collection_id, id, version, data, created_at, updated_at)
       VALUES ($1, $2, gen_random_uuid(), 1, $3, now(), now()) RETURNING *
     )
     INSERT INTO haven.events (tenant_id, collection_id, record_id, version, type, data, actor, trace_id, created_at, at)
     SELECT tenant_id, collection_id, id, 1, 'record.created', data, 'test', '', created_at, created_at FROM record`,
    [tenant, collection, document],
  );
}

function configOf(address: DatabaseAddress | string) {
  return testConfig([`database.url=${typeof address === 'string' ? address : at(address).DATABASE_URL}`]);
}

async function emptyDatabase() {
  const database = await openTestDatabase('template0');
  onTestFinished(() => database.drop());
  return { url: at(database.address).DATABASE_URL, owner: database.owner };
}

function restore(url: string, from = file, options: Partial<RestoreOptions> = {}) {
  return restoreBackup(configOf(url), from, { replace: false, ...options }, NO_PROGRESS);
}

/** Reads a whole backup. */
async function contentsOf(
  path: string,
): Promise<{ header: BackupHeader; summary: BackupSummary; rows: Map<string, Buffer> }> {
  const archive = new ArchiveReader(path);
  const header = await archive.header();
  const rows = new Map<string, Buffer>();
  for await (const table of archive.tables()) {
    const chunks: Buffer[] = [];
    for await (const chunk of table.rows) chunks.push(chunk);
    rows.set(table.name, Buffer.concat(chunks));
  }
  return { header, summary: await archive.summary(), rows };
}

/** Writes a valid backup that differs from `file`. */
async function forge(change: { header?: Partial<BackupHeader>; rows?: (name: string, rows: Buffer) => Buffer }) {
  const { header, summary, rows } = await contentsOf(file);
  const path = join(directory, `${randomUUID()}.backup`);
  const archive = await ArchiveWriter.create(path);
  await archive.writeHeader({ ...header, ...change.header });
  for (const [name, content] of rows) {
    const changed = change.rows?.(name, content) ?? content;
    await archive.writeTable(
      name,
      (async function* () {
        yield changed;
      })(),
      () => undefined,
    );
  }
  await archive.complete(summary.sequences);
  return path;
}

const SCHEMAS = "SELECT nspname AS name FROM pg_namespace WHERE nspname LIKE 'haven%' ORDER BY 1";

describe('a backup', () => {
  it('is private, and refuses to overwrite a file', async () => {
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await expect(backUp(configOf(haven.address), file, NO_PROGRESS)).rejects.toThrow(
      `${file} already exists; choose another file name.`,
    );
  });

  it('returns every row, sequence and setting when it is restored', async () => {
    const { url, owner } = await emptyDatabase();
    const { sound, text } = await restore(url);
    expect(text).toMatch(/^Restored\.\nRows and events agree: 2 tenants, 10 records, 12 events\.\nSeals/);
    expect(sound).toBe(true);
    const again = join(directory, 'again.backup');
    await backUp(configOf(url), again, NO_PROGRESS);
    const [before, after] = [await contentsOf(file), await contentsOf(again)];
    expect(after.summary).toEqual({ ...before.summary, header: after.summary.header });
    expect(after.header.migrations).toEqual(migrations.map(({ name }) => name));
    const indexes = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'haven' ORDER BY 1";
    expect((await owner.query(indexes)).rows).toEqual(await haven.sql(indexes));
    const security = `SELECT relname, relrowsecurity, relforcerowsecurity, relowner <> 0 AS owned FROM pg_class
      WHERE relnamespace = 'haven'::regnamespace AND relkind IN ('r', 'p') ORDER BY 1`;
    expect((await owner.query(security)).rows).toEqual(await haven.sql(security));
  });

  it('can be created and restored by an owner to which row security applies', async () => {
    const { url, owner } = await emptyDatabase();
    const role = `owner_${randomUUID().replaceAll('-', '')}`;
    const { database } = owner;
    await owner.query(`CREATE ROLE ${role} LOGIN CREATEROLE;
      GRANT haven_runtime, haven_reader, haven_upkeep TO ${role} WITH ADMIN OPTION;
      GRANT CREATE ON DATABASE ${database} TO ${role}`);
    onTestFinished(async () => {
      await owner.query(`DROP SCHEMA haven CASCADE; DROP OWNED BY ${role}; DROP ROLE ${role}`);
    });
    const asOwner = url.replace(/\/\/[^@]*@/, `//${role}@`);
    expect(await restore(asOwner)).toMatchObject({ sound: true });
    const own = join(directory, 'own.backup');
    await backUp(configOf(asOwner), own, NO_PROGRESS);
    const sizes = ({ summary }: { summary: BackupSummary }) =>
      Object.entries(summary.tables).map(([name, { rows, bytes }]) => [name, rows, bytes]);
    expect(sizes(await contentsOf(own))).toEqual(sizes(await contentsOf(file)));
  });

  it('of an earlier version is migrated', async () => {
    const old = await openTestDatabase('template0');
    onTestFinished(() => old.drop());
    await migrate(old.address, migrations.slice(0, -3));
    await old.owner.query("INSERT INTO haven.tenants VALUES (gen_random_uuid(), 'old', 'active', 1, now(), now())");
    const older = join(directory, 'older.backup');
    await backUp(configOf(old.address), older, NO_PROGRESS);
    const { url } = await emptyDatabase();
    expect(await restore(url, older)).toMatchObject({ sound: true });
    const done = await sql(url, 'SELECT name FROM haven.migrations ORDER BY id');
    expect(done.map(({ name }) => name)).toEqual(migrations.map(({ name }) => name));
    expect(await sql(url, "SELECT name, quotas FROM haven.tenants WHERE name = 'old'")).toEqual([
      { name: 'old', quotas: {} },
    ]);
  });
});

describe('haven restore', () => {
  it('replaces data only on request, and then all of it', async () => {
    const { url } = await emptyDatabase();
    await restore(url);
    await sql(url, "INSERT INTO haven.tenants VALUES (gen_random_uuid(), 'later', 'active', 1, now(), now())");
    await expect(restore(url)).rejects.toThrow(/^This database already contains Haven data; .* --replace /);
    const later = "SELECT count(*)::integer AS count FROM haven.tenants WHERE name = 'later'";
    expect(await sql(url, later)).toEqual([{ count: 1 }]);
    expect(await restore(url, file, { replace: true })).toMatchObject({ sound: true });
    expect(await sql(url, later)).toEqual([{ count: 0 }]);
    expect(await sql(url, SCHEMAS)).toEqual([{ name: 'haven' }]);
  });

  it('refuses a file that is not complete', async () => {
    const { url } = await emptyDatabase();
    const bytes = await readFile(file);
    const torn = join(directory, 'torn.backup');
    for (const length of [30, 600, bytes.length >> 1, bytes.length - 20, bytes.length - 1]) {
      await writeFile(torn, bytes.subarray(0, length));
      await expect(restore(url, torn), `${length} bytes`).rejects.toThrow(`${torn} is incomplete: it ends before`);
    }
    expect(await sql(url, SCHEMAS)).toEqual([]);
  });

  it('refuses a file that was altered, wherever that is', async () => {
    const { url } = await emptyDatabase();
    const bytes = await readFile(file);
    const altered = join(directory, 'altered.backup');
    for (let part = 1; part < 20; part++) {
      const copy = Buffer.from(bytes);
      const position = Math.floor((bytes.length * part) / 20);
      copy.writeUInt8(copy.readUInt8(position) ^ 0x10, position);
      await writeFile(altered, copy);
      await expect(restore(url, altered), `byte ${position}`).rejects.toThrow(/is damaged|is incomplete/);
    }
    expect(await sql(url, SCHEMAS)).toEqual([]);
  });

  it('refuses other files, and backups of newer versions', async () => {
    const { url } = await emptyDatabase();
    const foreign = join(directory, 'foreign');
    await writeFile(foreign, 'CREATE TABLE');
    await expect(restore(url, foreign)).rejects.toThrow(`${foreign} is not a backup of Haven.`);
    await expect(restore(url, join(directory, 'none'))).rejects.toThrow(/none cannot be read: ENOENT/);
    const newer = await forge({ header: { haven: '9.1.0', migrations: ['Added1999999999999'] } });
    await expect(restore(url, newer)).rejects.toThrow(
      /is from a newer Haven, version 9\.1\.0: .* does not have its migration Added1999999999999\. Restore it with that/,
    );
    const format = await forge({ header: { haven: '9.1.0', version: 2 } });
    await expect(restore(url, format)).rejects.toThrow(/has version 2 of the backup format, .* Haven 9\.1\.0 or newer/);
    expect(await sql(url, SCHEMAS)).toEqual([]);
  });

  it('leaves the database as it was if it fails while it loads', async () => {
    const { url } = await emptyDatabase();
    const twice = await forge({ rows: (name, rows) => (name === 'records' ? Buffer.concat([rows, rows]) : rows) });
    await expect(restore(url, twice)).rejects.toThrow(/duplicate key value violates unique constraint "records_pkey"/);
    expect(await sql(url, SCHEMAS)).toEqual([]);
    await restore(url);
    await expect(restore(url, twice, { replace: true })).rejects.toThrow(/duplicate key/);
    expect(await sql(url, 'SELECT count(*)::integer AS count FROM haven.records')).toEqual([{ count: 10 }]);
    expect(await sql(url, SCHEMAS)).toEqual([{ name: 'haven' }]);
  });

  it('reports data that was already wrong when it was backed up, and keeps the previous data', async () => {
    const { url } = await emptyDatabase();
    await restore(url);
    const wrong = await forge({
      rows: (name, rows) =>
        name === 'records' ? Buffer.from(rows.toString('utf8').replace('{"n": 2}', '{"n": 3}')) : rows,
    });
    const { sound, text } = await restore(url, wrong, { replace: true });
    expect(sound).toBe(false);
    expect(text).toMatch(
      /^Restored as it was backed up, but the verification failed: .*\nTenant .*\nThe previous data is kept/,
    );
    expect(await sql(url, SCHEMAS)).toEqual([{ name: 'haven' }, { name: 'haven_before' }]);
  });

  it('refuses to work on a database that a server uses', async () => {
    await expect(restore(at(haven.address).DATABASE_URL, file, { replace: true })).rejects.toThrow(
      'A Haven server is running on this database; stop it first.',
    );
  });

  it('explains --owner', async () => {
    await expect(restore('postgres://unused/unused', file, { owner: 'other' })).rejects.toThrow(
      /^--owner applies to files of pg_dump\. .* with the login other\.$/,
    );
  });
});
