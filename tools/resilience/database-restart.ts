import { compare, promiseFeed, promiseStored } from './harness/check.ts';
import { Load } from './harness/load.ts';
import { latencies, outcomes, hasRetryTime, seconds } from './harness/report.ts';
import type { Report } from './harness/report.ts';
import { pause, until } from './harness/wait.ts';
import type { World } from './harness/world.ts';

/** Haven waits three seconds for a connection (`database.acquireTimeout`); the rest is a margin for a busy machine. */
const MAX_RESPONSE_MS = 6_000;
const READINESS_MS = 2_000;

/** PostgreSQL is stopped in immediate mode under load, is unavailable for a while, and is started again. */
export async function scenario(world: World, report: Report): Promise<void> {
  const postgres = await world.postgres();
  const havens = [
    await world.haven('one', { database: postgres.url() }),
    await world.haven('two', { database: postgres.url() }),
  ];
  const load = new Load(havens.map(({ origin }) => origin));
  await load.start();
  await pause(4_000);

  const stopped = performance.now();
  await postgres.stopImmediately();
  await Promise.all(havens.map((haven) => until('not ready', async () => (await haven.readiness()) === 503)));
  const unready = performance.now() - stopped;
  await pause(5_000);
  const started = performance.now();
  await postgres.start();
  const recovered = performance.now();
  await Promise.all(havens.map((haven) => until('ready again', async () => (await haven.readiness()) === 200)));
  const ready = performance.now() - recovered;
  await pause(5_000);
  await load.stop();

  const during = load.attempts.filter(({ at }) => at > stopped && at < started);
  const failed = during.filter(({ ok }) => !ok);
  const lastFailure = Math.max(...load.attempts.filter(({ ok }) => !ok).map(({ at, took }) => at + took));
  const unexpected = failed.filter((attempt) => !hasRetryTime(attempt));
  const longest = Math.max(...during.map(({ took }) => took));
  report.promise('readiness fails within 2 s', unready < READINESS_MS, seconds(unready));
  report.promise(
    'failed requests are UNAVAILABLE with a retry time',
    unexpected.length === 0 && failed.length > 0,
    outcomes(during),
  );
  report.promise(
    `no request hangs: each gets a response within ${seconds(MAX_RESPONSE_MS)}`,
    longest < MAX_RESPONSE_MS,
    latencies(during),
  );
  report.figure('from the start of PostgreSQL to its first connection', seconds(recovered - started));
  report.figure('both servers ready again, after PostgreSQL', seconds(ready));
  report.figure(
    'last failed request, after PostgreSQL accepted connections',
    seconds(Math.max(0, lastFailure - recovered)),
  );
  report.promise(
    'there is no other failure at any time',
    load.attempts.every((attempt) => attempt.ok || hasRetryTime(attempt)),
    outcomes(load.attempts),
  );
  promiseStored(report, await compare(postgres, load.acknowledged));
  await promiseFeed(report, postgres, havens[0]?.origin ?? '');
}
