import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { changesOf, compare, promiseFeed, promiseSeen, promiseStored } from './harness/check.ts';
import { Client } from './harness/client.ts';
import type { Response } from './harness/client.ts';
import { Follower } from './harness/follower.ts';
import type { Haven } from './harness/haven.ts';
import { Load } from './harness/load.ts';
import type { Postgres } from './harness/postgres.ts';
import { outcomes, hasRetryTime } from './harness/report.ts';
import type { Report } from './harness/report.ts';
import { pause, until } from './harness/wait.ts';
import type { World } from './harness/world.ts';

/** Paths of the library on Debian and similar systems (`apt-get install faketime`). */
const LIBRARIES = ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map(
  (each) => `/usr/lib/${each}/faketime/libfaketimeMT.so.1`,
);

const CLOCKS = ['postgres', 'one', 'two'] as const;
type Clock = (typeof CLOCKS)[number];
type Step = Record<Clock, number> & { known: boolean };

/** Offset of each clock in each step, in hours, and whether the idempotency key of the first step is still stored. */
const START: Step = { postgres: 0, one: 0, two: 0, known: false };
const STEPS: Step[] = [
  START,
  { postgres: 2, one: -3, two: 3, known: false },
  { postgres: -2, one: 3, two: -3, known: true },
  { postgres: 0, one: -720, two: 0, known: true },
  { postgres: 720, one: 0, two: 720, known: false },
  { postgres: 0, one: 0, two: 0, known: true },
];

/**
 * The retention of idempotency keys, by the clock of the database. A key is therefore expired when that clock is two
 * hours ahead, and valid again when it is back.
 */
const ENV = { HAVEN_IDEMPOTENCY_KEEP_FOR: '1h' };

const TIMES = `SELECT count(*) FILTER (WHERE back)::int AS back, count(*)::int AS all FROM (
  SELECT at < lag(at) OVER (PARTITION BY record_id ORDER BY version) OR at < created_at AS back FROM haven.events) AS e`;

/**
 * Under load, the clocks of PostgreSQL and of two Haven servers jump ahead and back independently. All stored times
 * come from the clock of PostgreSQL. Monotonic clocks are not affected, as when a real clock is set.
 */
export async function scenario(world: World, report: Report): Promise<void> {
  const clocks = await openClocks(world);
  const postgres = await world.postgres({ env: clocks.env('postgres') });
  const haven = (name: 'one' | 'two'): Promise<Haven> =>
    world.haven(name, { database: postgres.url(), env: { ...clocks.env(name), ...ENV } });
  const havens = [await haven('one'), await haven('two')];
  const origins = havens.map(({ origin }) => origin);
  const [first = ''] = origins;
  const load = new Load(origins, { writers: 4, thinking: 50 });
  await load.start();
  const follower = new Follower(origins);
  world.atEnd(() => follower.stop());
  const client = new Client();
  world.atEnd(() => client.close());
  await client.must(first, { method: 'PUT', path: '/api/v1/collections/apart', body: {} });
  const create = (data: object, key?: string): Promise<Response> =>
    client.send(first, { path: '/api/v1/collections/apart/records', body: { data } }, key);

  const ids: string[] = [];
  const keyed: boolean[] = [];
  for (const step of STEPS) {
    await clocks.set(step);
    await until('the clock has jumped', async () => Math.abs((await hoursOff(postgres)) - step.postgres) < 0.1);
    keyed.push((await create({}, 'once')).replayed === 'true');
    for (let n = 0; n < 20; n++) ids.push((await create({ n })).json?.id ?? '');
    await pause(2_000);
  }
  await load.stop();

  const events = await changesOf(postgres);
  // A timeout is ignored here, because missing changes are reported below.
  await until('the stream has caught up', () => follower.seen.length >= events.length).catch(() => undefined);
  for (const name of CLOCKS) {
    report.figure(`offset of the clock of ${name}`, `${STEPS.map((step) => step[name]).join(', ')} h`);
  }
  const failed = load.attempts.filter(({ ok }) => !ok);
  report.promise(
    'failed requests, if any, have a retry time',
    failed.every(hasRetryTime),
    `${load.attempts.length} requests; failed: ${outcomes(failed)}`,
  );
  const [{ back, all } = { back: NaN, all: 0 }] = await postgres.query<{ back: number; all: number }>(TIMES);
  report.promise('the times of a record never go backwards', back === 0, `${all} versions, ${back} backwards`);
  const grown = ids.every((id, n) => id > (ids[n - 1] ?? ''));
  report.promise(
    'ids of one server are ascending and unique',
    grown && new Set(ids).size === ids.length,
    `${ids.length} ids`,
  );
  const expected = STEPS.map(({ known }) => known);
  report.promise(
    'an idempotency key expires by the clock of PostgreSQL',
    String(keyed) === String(expected),
    keyed.map((known) => (known ? 'known' : 'new')).join(', '),
  );
  promiseStored(report, await compare(postgres, load.acknowledged));
  await promiseFeed(report, postgres, first);
  promiseSeen(report, `a stream over ${follower.connections} connections`, follower.seen, events);
}

/** Opens the files from which libfaketime reads the clock offset of each process. They are read at every call. */
async function openClocks({ directory }: World) {
  const library = LIBRARIES.find((each) => existsSync(each));
  if (!library) throw new Error('libfaketime is not installed (apt-get install faketime).');
  const file = (name: Clock): string => join(directory, `clock-${name}`);
  const set = async (offsets: Step): Promise<void> => {
    for (const name of CLOCKS) await writeFile(file(name), `${offsets[name] < 0 ? '' : '+'}${offsets[name]}h`);
  };
  await set(START);
  const env = (name: Clock): Record<string, string> => ({
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file(name),
    FAKETIME_NO_CACHE: '1', // the clocks of all PostgreSQL sessions and threads jump at once
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  });
  return { set, env };
}

async function hoursOff(postgres: Postgres): Promise<number> {
  const [{ at } = { at: NaN }] = await postgres.query<{ at: number }>(
    'SELECT extract(epoch FROM clock_timestamp())::float8 AS at',
  );
  return (at - Date.now() / 1_000) / 3_600;
}
