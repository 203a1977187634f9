import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { migrate } from '@haven/database';

import { backUp } from '../../src/backup/backup.js';
import type { BackupSummary } from '../../src/backup/backup-contents.js';
import { NO_PROGRESS } from '../../src/backup/transfer-progress.js';
import { migrations } from '../../src/migrations/index.js';
import { alterBackup, configOf, contentsOf, emptyDatabase, restore, SCHEMAS } from '../support/backups.js';
import { at } from '../support/process.js';
import { sql } from '../support/served-haven.js';
import { openTestDatabase } from '../support/test-database.js';

/**
 * A backup of two tenants, written by version 0.1 with the migrations up to ResponseBytes1764410000000. Do not replace
 * it: every later version must be able to restore it.
 */
const FIXTURE = join(import.meta.dirname, 'version-0.1.backup');

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'haven-restore-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe('haven restore', () => {
  it('restores and migrates a backup of version 0.1', async () => {
    const { url } = await emptyDatabase();
    const { sound, text } = await restore(url, FIXTURE);
    expect(text).toMatch(
      /^Restored\.\nRows and events agree: 2 tenants, 8 records, 10 events\.\nSeals and checkpoints/,
    );
    expect(sound).toBe(true);
    const done = await sql(url, 'SELECT name FROM haven.migrations ORDER BY id');
    expect(done.map(({ name }) => name)).toEqual(migrations.map(({ name }) => name));
    const texts = await sql(url, "SELECT DISTINCT data->>'text' AS text FROM haven.records WHERE data ? 'text'");
    expect(texts).toEqual([{ text: 'tab\t, newline\n, backslash \\, quote ", \u2028, 😀, \\N, \\.' }]);
  });

  it('works for an owner to which row security applies, as does haven backup', async () => {
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
    expect(await restore(asOwner, FIXTURE)).toMatchObject({ sound: true });
    const [own, all] = ['own', 'all'].map((name) => join(directory, `${name}.backup`));
    await backUp(configOf(asOwner), own ?? '', NO_PROGRESS);
    await backUp(configOf(url), all ?? '', NO_PROGRESS);
    // The owner reads tenant by tenant, so the order of the rows differs.
    const sizes = ({ summary }: { summary: BackupSummary }) =>
      Object.entries(summary.tables).map(([name, { rows, bytes }]) => [name, rows, bytes]);
    expect(sizes(await contentsOf(own ?? ''))).toEqual(sizes(await contentsOf(all ?? '')));
  });

  it('migrates a backup of an older schema', async () => {
    const old = await openTestDatabase('template0');
    onTestFinished(() => old.drop());
    await migrate(old.address, migrations.slice(0, -3));
    await old.owner.query("INSERT INTO haven.tenants VALUES (gen_random_uuid(), 'old', 'active', 1, now(), now())");
    const older = join(directory, 'older.backup');
    await backUp(configOf(at(old.address).DATABASE_URL), older, NO_PROGRESS);
    const { url } = await emptyDatabase();
    expect(await restore(url, older)).toMatchObject({ sound: true });
    const done = await sql(url, 'SELECT name FROM haven.migrations ORDER BY id');
    expect(done.map(({ name }) => name)).toEqual(migrations.map(({ name }) => name));
    expect(await sql(url, "SELECT name, quotas FROM haven.tenants WHERE name = 'old'")).toEqual([
      { name: 'old', quotas: {} },
    ]);
  });

  it('replaces data only on request, and then all of it', async () => {
    const { url } = await emptyDatabase();
    await restore(url, FIXTURE);
    await sql(url, "INSERT INTO haven.tenants VALUES (gen_random_uuid(), 'later', 'active', 1, now(), now())");
    await expect(restore(url, FIXTURE)).rejects.toThrow(/^This database already contains Haven data; .* --replace /);
    const later = "SELECT count(*)::integer AS count FROM haven.tenants WHERE name = 'later'";
    expect(await sql(url, later)).toEqual([{ count: 1 }]);
    expect(await restore(url, FIXTURE, { replace: true })).toMatchObject({ sound: true });
    expect(await sql(url, later)).toEqual([{ count: 0 }]);
    expect(await sql(url, SCHEMAS)).toEqual([{ name: 'haven' }]);
  });

  it('leaves the database as it was if it fails while it loads', async () => {
    const { url } = await emptyDatabase();
    const twice = await alterBackup(
      FIXTURE,
      { rows: (name, rows) => (name === 'records' ? Buffer.concat([rows, rows]) : rows) },
      directory,
    );
    await expect(restore(url, twice)).rejects.toThrow(/duplicate key value violates unique constraint "records_pkey"/);
    expect(await sql(url, SCHEMAS)).toEqual([]);
    await restore(url, FIXTURE);
    await expect(restore(url, twice, { replace: true })).rejects.toThrow(/duplicate key/);
    expect(await sql(url, 'SELECT count(*)::integer AS count FROM haven.records')).toEqual([{ count: 8 }]);
    expect(await sql(url, SCHEMAS)).toEqual([{ name: 'haven' }]);
  });

  it('reports data that was already wrong when it was backed up, and keeps the previous data', async () => {
    const { url } = await emptyDatabase();
    await restore(url, FIXTURE);
    const wrong = await alterBackup(
      FIXTURE,
      {
        rows: (name, rows) =>
          name === 'records' ? Buffer.from(rows.toString('utf8').replace('{"n": 2}', '{"n": 3}')) : rows,
      },
      directory,
    );
    const { sound, text } = await restore(url, wrong, { replace: true });
    expect(sound).toBe(false);
    expect(text).toMatch(
      /^Restored as it was backed up, but the verification failed: .*\nTenant .*\nThe previous data is kept/,
    );
    expect(await sql(url, SCHEMAS)).toEqual([{ name: 'haven' }, { name: 'haven_before' }]);
  });
});
