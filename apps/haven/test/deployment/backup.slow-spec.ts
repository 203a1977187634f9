import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';

import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';

import { describeWith, postgresPrograms } from '../support/programs.js';
import { at, haven } from '../support/process.js';
import type { Ending } from '../support/process.js';
import { holdTransaction, serve, sql } from '../support/served-haven.js';
import { startSystemPostgres } from '../support/system-postgres.js';
import type { SystemPostgres } from '../support/system-postgres.js';
import { openTestDatabase } from '../support/test-database.js';
import type { TestDatabase } from '../support/test-database.js';

// The commands themselves; backup.e2e-spec.ts tests their functions. The source is the embedded PostgreSQL, the target
// the one of the system, which has another version on Debian.
describeWith('pg-clients', 'haven backup and haven restore', () => {
  const bin = postgresPrograms ?? '';
  let directory: string;
  let source: TestDatabase;
  let target: SystemPostgres;
  let file: string;
  let marked: { cursor: string; ids: string[] };

  /** Runs a `haven` command. `path` is the only directory in its `PATH`. */
  const run = (args: string[], url: string, path = directory): Promise<Ending> =>
    haven(args, { DATABASE_URL: url, PATH: path }).ended;

  /** Backs up a running Haven whose database has an open transaction. */
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'haven-backup-'));
    [source, target] = await Promise.all([openTestDatabase(), startSystemPostgres(bin)]);
    const { DATABASE_URL: url } = at(source.address);
    const { call, create, waitForChanges, stop } = serve(url);
    await call('POST', '/collections', { name: 'films', indexes: ['n'] });
    const ids = [await create(1), await create(2), await create(3)];
    const { items } = await waitForChanges(3);
    await holdTransaction(url, ids[0] ?? '');
    await call('PATCH', `/collections/films/records/${ids[0]}`, { data: { n: 4 } });
    await call('DELETE', `/collections/films/records/${ids[1]}`);
    await waitForChanges(5);
    marked = { cursor: items[1].cursor, ids };
    file = join(directory, 'first.backup');
    const { code, stdout, stderr } = await run(['backup', file], url);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Backed up to .*first\.backup: \d+ rows of \d+ tables, \d+ bytes\.\n$/);
    await stop();
  });

  afterAll(async () => {
    await source?.drop();
    await target?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it('restores into another version of PostgreSQL, which continues with the same order of changes', async () => {
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

  it('restores a file of pg_dump, if pg_restore is there', async () => {
    const dump = join(directory, 'dump');
    const url = target.url('haven');
    const dumped = spawnSync(join(bin, 'pg_dump'), ['--format=custom', '--schema=haven', `--file=${dump}`, url]);
    expect(String(dumped.stderr)).toBe('');
    await sql(target.url(), 'CREATE DATABASE other');
    expect(await run(['restore', dump], target.url('other'))).toMatchObject({
      code: 1,
      stderr: "pg_restore is not in PATH; install PostgreSQL's client programs, of the server's version or newer.\n",
    });
    await sql(target.url(), 'CREATE ROLE haven_owner LOGIN CREATEROLE; GRANT CREATE ON DATABASE other TO haven_owner');
    const restored = await run(['restore', '--owner', 'haven_owner', dump], target.url('other'), bin);
    expect(restored).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/^Restored\.\n.* 6 events\./),
    });
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
  });
});
