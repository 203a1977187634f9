import { execFile } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { runCommand } from './harness/command.ts';
import type { CommandResult } from './harness/command.ts';
import type { Postgres } from './harness/postgres.ts';
import type { Report } from './harness/report.ts';
import { until } from './harness/wait.ts';
import type { World } from './harness/world.ts';

const execute = promisify(execFile);
const RECORDS = 1_000_000;

/** Time for the sequencer to enter all events in the feed. */
const SEQUENCING_MS = 30 * 60_000;

/**
 * A million records are backed up from the embedded PostgreSQL 18, restored into the PostgreSQL of the system, backed
 * up from there, and restored into version 18 again. All tables must then have the same rows, byte by byte. As root, a
 * backup to a full disk is tried too: it must leave no file behind.
 */
export async function scenario(world: World, report: Report): Promise<void> {
  const [bin] = globSync('/usr/lib/postgresql/1[5-8]/bin').toSorted();
  if (bin === undefined) throw new Error('This scenario needs PostgreSQL 15 to 18 in /usr/lib/postgresql.');
  const newer = await world.postgres();
  const older = await world.postgres({ bin });
  await fill(world, newer);
  const [first, second] = [join(world.directory, 'first.backup'), join(world.directory, 'second.backup')];

  const version = async (postgres: Postgres): Promise<string> =>
    (await postgres.query<{ version: string }>("SELECT current_setting('server_version') AS version"))[0]?.version ??
    '';
  const [from, to] = [await version(newer), await version(older)];
  const size = await newer.query<{ size: string }>("SELECT pg_size_pretty(pg_database_size('haven')) AS size");
  report.figure('size of the database', size[0]?.size);
  await step(report, `backup from ${from}`, await runCommand(['backup', first], newer.url()));
  report.figure('size of the file', `${Math.round((await stat(first)).size / 2 ** 20)} MiB`);
  await step(report, `restore into ${to}`, await runCommand(['restore', first], older.url()));
  await step(report, `backup from ${to}`, await runCommand(['backup', second], older.url()));
  await newer.query('CREATE DATABASE again');
  await step(report, `restore into ${from}`, await runCommand(['restore', second], newer.url(newer.port, 'again')));
  const hashes = await Promise.all([first, second].map(tablesOf));
  report.promise('all tables have the same rows in both backups', hashes[0] === hashes[1], 'compared by hash');

  if (process.getuid?.() === 0) await fullDisk(world, report, newer);
}

/** Stores a million records with their events, and lets a Haven process enter the events in the feed. */
async function fill(world: World, postgres: Postgres): Promise<void> {
  const haven = await world.haven('source', { database: postgres.url() });
  const made = await fetch(`${haven.origin}/api/v1/collections`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'orders' }),
  });
  if (made.status !== 201) throw new Error(`The collection was not created: ${made.status}`);
  await haven.stop();
  await postgres.query(
    `WITH collection AS (SELECT tenant_id, id FROM haven.collections),
     record AS (
       INSERT INTO haven.records (tenant_id, collection_id, id, version, data, created_at, updated_at)
       SELECT tenant_id, c.id, gen_random_uuid(), 1, jsonb_build_object(
         'number', n, 'customer', md5((n % 50000)::text), 'total', round((random() * 1000)::numeric, 2),
         'status', (ARRAY['open', 'paid', 'sent', 'returned'])[1 + n % 4],
         'lines', jsonb_build_array(jsonb_build_object('product', 'product ' || n % 977, 'count', 1 + n % 9)),
         'note', 'Order ' || n || ' of customer ' || n % 50000 || ', to be sent to street ' || n % 313
       ), now(), now() FROM collection AS c, generate_series(1, ${RECORDS}) AS n
       RETURNING *
     )
     INSERT INTO haven.events (tenant_id, collection_id, record_id, version, type, data, actor, trace_id, created_at, at)
     SELECT tenant_id, collection_id, id, 1, 'record.created', data, 'bench', '', created_at, created_at FROM record`,
  );
  await postgres.query('ANALYZE');
  await haven.start();
  const sequenced = async (): Promise<boolean> =>
    (await postgres.query('SELECT FROM haven.feed_heads WHERE seq = $1', [RECORDS])).length === 1;
  await until('all events are in the feed', sequenced, SEQUENCING_MS);
  await haven.stop();
}

async function step(report: Report, what: string, result: CommandResult): Promise<void> {
  const { code, output, seconds, peakMemory } = result;
  if (code !== 0) throw new Error(`${what}: ${output}`);
  report.figure(what, `${Math.round(seconds)} s, peak memory ${peakMemory} MiB`);
}

/** Returns the numbers of rows and the hashes of all tables. */
async function tablesOf(file: string): Promise<string> {
  const { stdout } = await execute('tar', ['--extract', '--gzip', '--to-stdout', '--file', file, 'summary.json']);
  const { tables } = JSON.parse(stdout) as { tables: object };
  return JSON.stringify(tables);
}

/** Backs up to a file system that is too small. Mounting it requires root. */
async function fullDisk(world: World, report: Report, postgres: Postgres): Promise<void> {
  const disk = join(world.directory, 'small');
  await mkdir(disk);
  await execute('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk]);
  world.atEnd(() => execute('umount', [disk]));
  const file = join(disk, 'third.backup');
  const { code, output } = await runCommand(['backup', file], postgres.url());
  const left = [file, `${file}.part`].filter((path) => existsSync(path));
  report.promise('a backup to a full disk fails', code === 1 && output.includes('ENOSPC'), output.trim());
  report.promise('and leaves no file', left.length === 0, `${left.length} files`);
}
