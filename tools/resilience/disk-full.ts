import { execFile } from 'node:child_process';
import { mkdir, open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { Client } from './harness/client.ts';
import type { Attempt } from './harness/client.ts';
import { compare, promiseFeed, promiseStored } from './harness/check.ts';
import { Load } from './harness/load.ts';
import { latencies, outcomes, hasRetryTime, seconds } from './harness/report.ts';
import type { Report } from './harness/report.ts';
import { pause, until } from './harness/wait.ts';
import type { World } from './harness/world.ts';

const execute = promisify(execFile);
const MAX_RESPONSE_MS = 10_000;
const BLOCK_BYTES = 64 * 1_024;

/**
 * The data of PostgreSQL is in a separate small file system, which fills up under load. Then space is freed. Mounting
 * the file system requires root.
 */
export async function scenario(world: World, report: Report): Promise<void> {
  if (process.getuid?.() !== 0)
    throw new Error('This scenario must run as root, because it mounts a small file system.');
  const disk = join(world.directory, 'disk');
  await mkdir(disk);
  await execute('mount', ['-t', 'tmpfs', '-o', 'size=160m,mode=0755', 'tmpfs', disk]);
  world.atEnd(() => execute('umount', [disk]));
  await execute('chmod', ['0755', world.directory]); // PostgreSQL does not run as root
  const postgres = await world.postgres({ within: disk, initdb: ['--wal-segsize=1'], args: WAL });
  const haven = await world.haven('one', { database: postgres.url() });
  const load = new Load([haven.origin], { writers: 8 });
  await load.start();
  await pause(3_000);

  const filler = join(disk, 'filler');
  await fill(filler, disk);
  const filled = performance.now();
  const firstFailure = await until(
    'a write fails',
    () => load.attempts.find(({ at, ok }) => at > filled && !ok),
    120_000,
  );
  await fill(filler, disk); // again, because PostgreSQL may have freed space
  await pause(2_000);
  const client = new Client();
  const reads = await read(client, haven.origin);
  const readiness = await haven.readiness();
  await pause(2_000);
  const alive = postgres.isRunning;
  await rm(filler);
  if (!alive) await postgres.start();
  const freed = performance.now();
  const acknowledged = load.acknowledged.size;
  await until('a write is acknowledged again', () => load.acknowledged.size > acknowledged, 120_000);
  const recovered = performance.now();
  await pause(3_000);
  await load.stop();
  await client.close();

  const failed = load.attempts.filter(({ ok }) => !ok);
  report.figure('first failed write, after the disk was full', seconds(firstFailure.at - filled));
  report.promise('failed requests are UNAVAILABLE with a retry time', failed.every(hasRetryTime), outcomes(failed));
  report.promise(
    'no request hangs',
    failed.every(({ took }) => took < MAX_RESPONSE_MS),
    latencies(failed),
  );
  const succeeded = reads.filter(({ ok }) => ok).length;
  report.promise(
    'reads succeed while the disk is full',
    succeeded === reads.length,
    `${succeeded} of ${reads.length}; failed: ${outcomes(reads)}`,
  );
  report.figure('/readyz while the disk is full', readiness);
  report.promise(
    'the log states the reason',
    /No space left on device/.test(haven.log),
    /No space left on device/.test(haven.log),
  );
  report.figure('PostgreSQL stayed up', alive);
  report.figure('first acknowledged write, after space was freed', seconds(recovered - freed));
  promiseStored(report, await compare(postgres, load.acknowledged));
  await promiseFeed(report, postgres, haven.origin);
}

/** Keeps little WAL, so that the tables fill the disk. */
const WAL = [
  'min_wal_size=4MB',
  'max_wal_size=8MB',
  'wal_recycle=off',
  'shared_buffers=16MB',
  'checkpoint_timeout=30s',
];

/** Writes to a file until the disk is full. */
async function fill(file: string, disk: string): Promise<void> {
  const handle = await open(file, 'a');
  const block = Buffer.alloc(BLOCK_BYTES);
  try {
    for (;;) {
      const { bavail, bsize } = await statfs(disk);
      if (bavail * bsize < BLOCK_BYTES) return;
      await handle.write(block);
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  } finally {
    await handle.close();
  }
}

async function read(client: Client, origin: string): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  for (let time = 0; time < 50; time++) {
    attempts.push(await client.send(origin, { method: 'GET', path: '/api/v1/collections/writes/records?limit=5' }));
  }
  return attempts;
}
