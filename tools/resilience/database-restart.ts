import { compare, promiseFeed, promiseStored } from './harness/check.ts';
import { Load } from './harness/load.ts';
import { latencies, outcomes, saysWhenToComeAgain, seconds } from './harness/report.ts';
import type { Report } from './harness/report.ts';
import { pause, until } from './harness/wait.ts';
import type { World } from './harness/world.ts';

/** Haven waits three seconds for a connection (`database.acquireTimeout`); the rest is for a machine with other things to do. */
const PATIENCE_MS = 6_000;
const READINESS_MS = 2_000;

/** PostgreSQL is stopped in its immediate mode under load, stays away for a while, and comes back. */
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
  const refused = during.filter(({ ok }) => !ok);
  const lastFailure = Math.max(...load.attempts.filter(({ ok }) => !ok).map(({ at, took }) => at + took));
  const unlike = refused.filter((attempt) => !saysWhenToComeAgain(attempt));
  const longest = Math.max(...during.map(({ took }) => took));
  report.promise('readiness fails within 2 s', unready < READINESS_MS, seconds(unready));
  report.promise(
    'what fails is UNAVAILABLE and says when to try again',
    unlike.length === 0 && refused.length > 0,
    outcomes(during),
  );
  report.promise(
    `nobody hangs: each is answered within ${seconds(PATIENCE_MS)}`,
    longest < PATIENCE_MS,
    latencies(during),
  );
  report.figure('PostgreSQL from its start to its first connection', seconds(recovered - started));
  report.figure('both ready again, after PostgreSQL', seconds(ready));
  report.figure('last refusal, after PostgreSQL took connections', seconds(Math.max(0, lastFailure - recovered)));
  report.promise(
    'no other failure at any time',
    load.attempts.every((attempt) => attempt.ok || saysWhenToComeAgain(attempt)),
    outcomes(load.attempts),
  );
  promiseStored(report, await compare(postgres, load.acknowledged));
  await promiseFeed(report, postgres, havens[0]?.origin ?? '');
}
