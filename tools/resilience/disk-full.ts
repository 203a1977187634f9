import { execFile } from 'node:child_process';
import { mkdir, open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { Client } from './harness/client.ts';
import type { Attempt } from './harness/client.ts';
import { compare, promiseFeed, promiseStored } from './harness/check.ts';
import { Load } from './harness/load.ts';
import { latencies, outcomes, saysWhenToComeAgain, seconds } from './harness/report.ts';
import type { Report } from './harness/report.ts';
import { pause, until } from './harness/wait.ts';
import type { World } from './harness/world.ts';

const execute = promisify(execFile);
const PATIENCE_MS = 10_000;
const FILLING = 64 * 1_024;

/** PostgreSQL lies in a small file system of its own, which fills up under load; then room is made. Needs root, to mount it. */
export async function scenario(world: World, report: Report): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error('Only root can mount the small file system that this needs.');
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
  const refusal = await until(
    'a write is refused',
    () => load.attempts.find(({ at, ok }) => at > filled && !ok),
    120_000,
  );
  await fill(filler, disk); // what was freed meanwhile
  await pause(2_000);
  const client = new Client();
  const reads = await read(client, haven.origin);
  const readiness = await haven.readiness();
  await pause(2_000);
  const alive = postgres.isRunning;
  await rm(filler);
  if (!alive) await postgres.start();
  const room = performance.now();
  const acknowledged = load.acknowledged.size;
  await until('a write is acknowledged again', () => load.acknowledged.size > acknowledged, 120_000);
  const recovered = performance.now();
  await pause(3_000);
  await load.stop();
  await client.close();

  const failed = load.attempts.filter(({ ok }) => !ok);
  report.figure('first write refused, after the disk was full', seconds(refusal.at - filled));
  report.promise(
    'what fails is UNAVAILABLE and says when to try again',
    failed.every(saysWhenToComeAgain),
    outcomes(failed),
  );
  report.promise(
    'nobody hangs',
    failed.every(({ took }) => took < PATIENCE_MS),
    latencies(failed),
  );
  const well = reads.filter(({ ok }) => ok).length;
  report.promise(
    'reads go on while the disk is full',
    well === reads.length,
    `${well} of ${reads.length}; failed: ${outcomes(reads)}`,
  );
  report.figure('/readyz while the disk is full', readiness);
  report.promise(
    'the log says why',
    /No space left on device/.test(haven.said),
    /No space left on device/.test(haven.said),
  );
  report.figure('PostgreSQL stayed up', alive);
  report.figure('first write acknowledged, after there was room', seconds(recovered - room));
  promiseStored(report, await compare(postgres, load.acknowledged));
  await promiseFeed(report, postgres, haven.origin);
}

/** Little of the log is kept, so that it takes the tables to fill the disk. */
const WAL = [
  'min_wal_size=4MB',
  'max_wal_size=8MB',
  'wal_recycle=off',
  'shared_buffers=16MB',
  'checkpoint_timeout=30s',
];

/** Writes until nothing more goes in. */
async function fill(file: string, disk: string): Promise<void> {
  const handle = await open(file, 'a');
  const block = Buffer.alloc(FILLING);
  try {
    for (;;) {
      const { bavail, bsize } = await statfs(disk);
      if (bavail * bsize < FILLING) return;
      await handle.write(block);
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  } finally {
    await handle.close();
  }
}

async function read(client: Client, origin: string): Promise<Attempt[]> {
  const answers: Attempt[] = [];
  for (let time = 0; time < 50; time++) {
    answers.push(await client.send(origin, { method: 'GET', path: '/api/v1/collections/ledger/records?limit=5' }));
  }
  return answers;
}
