import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { describeWith, postgresPrograms } from '../support/programs.js';
import { at, haven } from '../support/process.js';
import type { Ending } from '../support/process.js';
import { holdTransaction, serve, sql } from '../support/served-haven.js';
import { startSystemPostgres } from '../support/system-postgres.js';
import type { SystemPostgres } from '../support/system-postgres.js';
import { openTestDatabase } from '../support/test-database.js';
import type { TestDatabase } from '../support/test-database.js';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'haven-backup-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Runs a `haven` command. `path` is the only directory in its `PATH`. */
function command(args: string[], url: string, path = directory): Promise<Ending> {
  return haven(args, { DATABASE_URL: url, PATH: path }).ended;
}

describe('without a suitable pg_dump', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database?.drop());

  it('reports that there is none', async () => {
    const { code, stderr } = await command(['backup', join(directory, 'none')], at(database.address).DATABASE_URL);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: "pg_dump is not in PATH; install PostgreSQL's client programs, of the server's version or newer.\n",
    });
  });

  it('reports that it is too old', async () => {
    const old = join(directory, 'pg_dump');
    await writeFile(old, '#!/bin/sh\necho "pg_dump (PostgreSQL) 9.6.24"\n');
    await chmod(old, 0o755);
    onTestFinished(() => rm(old));
    const { code, stderr } = await command(['backup', join(directory, 'none')], at(database.address).DATABASE_URL);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The server is PostgreSQL \d+, but the pg_dump in PATH has version 9; put one of version /);
  });
});

// PostgreSQL of Debian and Homebrew has these programs; the embedded one does not.
describeWith('pg-clients', 'haven backup and haven restore', () => {
  const bin = postgresPrograms ?? '';
  let source: SystemPostgres;
  let target: SystemPostgres;
  let file: string;
  let marked: { cursor: string; ids: string[] };

  const run = (args: string[], url: string) => command(args, url, bin);

  /** Backs up a running Haven whose database has an open transaction. */
  beforeAll(async () => {
    [source, target] = await Promise.all([startSystemPostgres(bin), startSystemPostgres(bin)]);
    await sql(source.url(), 'CREATE DATABASE haven');
    const { call, create, waitForChanges, stop } = serve(source.url('haven'));
    await call('POST', '/collections', { name: 'films', indexes: ['n'] });
    const ids = [await create(1), await create(2), await create(3)];
    const { items } = await waitForChanges(3);
    await holdTransaction(source.url('haven'), ids[0] ?? '');
    await call('PATCH', `/collections/films/records/${ids[0]}`, { data: { n: 4 } });
    await call('DELETE', `/collections/films/records/${ids[1]}`);
    await waitForChanges(5);
    marked = { cursor: items[1].cursor, ids };
    file = join(directory, 'first.backup');
    const { code, stdout, stderr } = await run(['backup', file], source.url('haven'));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(`Backed up to ${file}: ${(await stat(file)).size} bytes.\n`);
    await stop();
  });

  afterAll(async () => {
    await source?.stop();
    await target?.stop();
  });

  it('creates a private file, and never overwrites a file', async () => {
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const before = await readFile(file);
    const { code, stderr } = await run(['backup', file], source.url('haven'));
    expect({ code, stderr }).toEqual({ code: 1, stderr: `${file} already exists; choose another file name.\n` });
    expect(await readFile(file)).toEqual(before);
  });

  it('refuses to back up with a role that sees no records', async () => {
    await sql(source.url('haven'), 'CREATE ROLE bound LOGIN IN ROLE pg_read_all_data');
    const other = join(directory, 'other.backup');
    const refused = await run(['backup', other], source.url('haven', 'bound'));
    expect(refused.stderr).toMatch(/^Row security applies to bound, so the records of tenants would be missing;/);
    await sql(source.url('haven'), 'ALTER ROLE bound BYPASSRLS');
    expect(await run(['backup', other], source.url('haven', 'bound'))).toMatchObject({ code: 0, stderr: '' });
  });

  it('refuses to restore while a Haven is running', async () => {
    const serving = serve(source.url('haven'));
    onTestFinished(serving.stop);
    await serving.waitForChanges(5);
    const { code, stderr } = await run(['restore', '--replace', file], source.url('haven'));
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'A Haven server is running on this database; stop it first.\n',
    });
  });

  it('restores into a new cluster, which continues with the same order of changes', async () => {
    await sql(target.url(), 'CREATE DATABASE haven');
    const restored = await run(['restore', file], target.url('haven'));
    expect({ code: restored.code, stderr: restored.stderr }).toEqual({ code: 0, stderr: '' });
    expect(restored.stdout).toMatch(/^Restored\.\nRows and events agree: 1 tenants, 3 records, 5 events\.\nSeals/);

    const again = serve(target.url('haven'));
    onTestFinished(again.stop);
    const added = await again.create(5);
    await again.waitForChanges(6);
    const { items } = await again.call('GET', `/changes?limit=100&after=${marked.cursor}`);
    const [first, second, third] = marked.ids;
    expect(items.map((item: any) => [item.type, item.recordId])).toEqual([
      ['record.created', third],
      ['record.updated', first],
      ['record.deleted', second],
      ['record.created', added],
    ]);
    const { indexes } = await again.call('GET', '/collections/films');
    expect(indexes).toEqual([expect.objectContaining({ path: 'n', state: 'ready' })]);
  });

  it('replaces existing data only on request, and keeps it if the backup cannot be read', async () => {
    const url = target.url('haven');
    expect((await run(['restore', file], url)).stderr).toMatch(
      /^This database already contains Haven data; .* --replace /,
    );
    const bytes = await readFile(file);
    const torn = join(directory, 'torn.backup');
    await writeFile(torn, bytes.subarray(0, -2_000));
    const failed = await run(['restore', '--replace', torn], url);
    expect(failed).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('pg_restore: error') });
    const count = 'SELECT count(*)::integer AS count FROM haven.events';
    expect(await sql(url, count)).toEqual([{ count: 6 }]);
    expect(await run(['restore', '--replace', file], url)).toMatchObject({ code: 0, stderr: '' });
    expect(await sql(url, count)).toEqual([{ count: 5 }]);
    expect(await sql(url, "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'haven%'")).toEqual([
      { nspname: 'haven' },
    ]);
  });

  it('makes the migration role the owner of the tables', async () => {
    await sql(target.url(), 'CREATE DATABASE other');
    await sql(target.url(), 'CREATE ROLE haven_owner LOGIN CREATEROLE');
    await sql(target.url(), 'GRANT CREATE ON DATABASE other TO haven_owner');
    const { code, stderr } = await run(['restore', '--owner', 'haven_owner', file], target.url('other'));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const owners = await sql(
      target.url('other'),
      `SELECT DISTINCT relowner::regrole::text AS owner, relkind AS kind FROM pg_class
       WHERE relnamespace = 'haven'::regnamespace AND relkind IN ('r', 'p', 'v') ORDER BY 1, 2`,
    );
    expect(owners).toEqual([
      { owner: 'haven_owner', kind: 'p' },
      { owner: 'haven_owner', kind: 'r' },
      { owner: 'haven_reader', kind: 'v' },
    ]);
    const migrated = await run(['migrate'], target.url('other', 'haven_owner'));
    expect(migrated).toMatchObject({ code: 0, stdout: 'The database is up to date.\n' });
    const serving = serve(target.url('other', 'haven_owner'));
    onTestFinished(serving.stop);
    expect((await serving.waitForChanges(5)).items).toHaveLength(5);
    const [first] = marked.ids;
    expect(await serving.call('GET', `/collections/films/records/${first}`)).toMatchObject({ data: { n: 4 } });
  });
});
