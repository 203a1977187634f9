import { join } from 'node:path';

import { compare, promiseStored } from './harness/check.ts';
import { Client } from './harness/client.ts';
import { runCommand } from './harness/command.ts';
import { Load } from './harness/load.ts';
import type { Report } from './harness/report.ts';
import { pause, until } from './harness/wait.ts';
import type { World } from './harness/world.ts';

const MINUTE_MS = 60_000;
const COLLECTION = '/api/v1/collections/writes';

/** Indexes that only the new version knows. */
const NEW_INDEXES = [{ paths: ['-op', '$updatedAt'] }, { path: 'op', unique: true }];

/**
 * Upgrades from the version of another checkout (`--from`) while clients write. The old and the new version run side by
 * side for a minute, and both declare indexes. Then every record must have its index entries: those that the
 * old version has written, too.
 */
export async function scenario(world: World, report: Report, { from }: { from?: string | undefined }): Promise<void> {
  if (from === undefined) throw new Error('This scenario needs --from <checkout of the previous version>.');
  const postgres = await world.postgres();
  const options = { database: postgres.url() };
  const program = join(from, 'dist/apps/haven/src/cli.js');
  const old = await world.haven('old', options, program);
  const before = new Load([old.origin], { writers: 8, thinking: 5 });
  await before.start();
  const client = new Client();
  const declare = (origin: string, indexes: unknown[]) =>
    client.must(origin, { method: 'PATCH', path: COLLECTION, body: { indexes } });
  await declare(old.origin, ['op', '$version']);
  await pause(5_000);

  const recent = await world.haven('new', options); // which migrates
  await before.stop();
  await old.stop(); // so that the new version becomes the leader, which builds indexes
  await old.start(program);
  const during = new Load([old.origin, recent.origin], { writers: 16, thinking: 5 });
  during.resume();
  const end = performance.now() + MINUTE_MS;
  for (let turn = 0; performance.now() < end; turn++) {
    await declare(old.origin, turn % 2 === 0 ? ['op', '$version', 'other'] : ['op', '$version']);
    await pause(2_000);
    if (turn % 3 === 0) await declare(recent.origin, ['op', '$version', ...NEW_INDEXES]);
    await pause(2_000);
  }
  await during.stop();

  const early = await runCommand(['migrate'], postgres.url());
  await until('all indexes are ready', async () => (await worksLeft()) === 0);
  const verified = await runCommand(['verify', '--audit'], postgres.url());
  report.promise('haven verify finds no difference', verified.code === 0, verified.output.trim());
  promiseStored(report, await compare(postgres, new Map([...before.acknowledged, ...during.acknowledged])));
  report.figure('writes', `${before.acknowledged.size} before the migration, ${during.acknowledged.size} side by side`);
  report.promise('each request to both versions succeeds', failuresOf(during) === 0, `${failuresOf(during)} failed`);

  await old.stop();
  const late = await runCommand(['migrate'], postgres.url());
  report.promise(
    'haven migrate succeeds during and after this minute',
    early.code === 0 && late.code === 0,
    late.output,
  );
  const rest = await postgres.query(OLD_INDEXES);
  report.promise('the indexes of the previous version are dropped', rest.length === 0, `${rest.length} left`);
  await client.close();

  async function worksLeft(): Promise<number> {
    return (await postgres.query('SELECT FROM haven.index_builds')).length;
  }
}

/** Returns how many requests failed, other than because of a conflict that the client retries. */
function failuresOf({ attempts }: Load): number {
  return attempts.filter(({ ok, status }) => !ok && (status === 0 || status >= 500)).length;
}

const OLD_INDEXES = `
SELECT indexrelid::regclass AS name FROM pg_index
WHERE indrelid = 'haven.records'::regclass AND indexrelid::regclass::text ~ 'records_(c[0-9]+_|data$)'`;
