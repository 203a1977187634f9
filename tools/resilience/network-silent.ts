import { compare, promiseFeed, promiseStored } from './harness/check.ts';
import { Load } from './harness/load.ts';
import { Readers } from './harness/readers.ts';
import { hasRetryTime, latencies, outcomes, seconds } from './harness/report.ts';
import type { Report } from './harness/report.ts';
import { TcpProxy } from './harness/tcp-proxy.ts';
import { pause, until } from './harness/wait.ts';
import type { World } from './harness/world.ts';

/**
 * A statement may run for ten seconds (`database.statementTimeout`), and its response may take five seconds more
 * (`database.responseTimeout`); the rest is a margin for a busy machine.
 */
const MAX_RESPONSE_MS = 20_000;
const READINESS_MS = 5_000;
const SILENCE_MS = 20_000;

/** An idle process stops its tasks after it has found, within two seconds, that the database does not respond. */
const MAX_STOP_MS = 10_000;

/**
 * The network between Haven and PostgreSQL drops all packets under load, without an error for either side, and works
 * again after a while. One of the processes is stopped in the meantime.
 */
export async function scenario(world: World, report: Report): Promise<void> {
  const postgres = await world.postgres();
  const proxy = await TcpProxy.open(() => postgres.port);
  world.atEnd(() => proxy.close());
  const database = postgres.url(proxy.port);
  const haven = await world.haven('one', { database });
  const stopped = await world.haven('two', { database });
  const load = new Load([haven.origin]);
  await load.start();
  const readers = new Readers(haven.origin, { readers: 4, waiting: 0.5 });
  await pause(4_000);

  const silent = performance.now();
  proxy.silence();
  await until('not ready', async () => (await haven.readiness()) === 503);
  const unready = performance.now() - silent;
  const signalled = performance.now();
  await stopped.stop();
  const stopTook = performance.now() - signalled;
  await pause(Math.max(0, SILENCE_MS - (performance.now() - silent)));
  proxy.resume();
  const resumed = performance.now();
  await until('ready again', async () => (await haven.readiness()) === 200);
  const ready = performance.now() - resumed;
  await pause(5_000);
  await Promise.all([load.stop(), readers.stop()]);

  const all = [...load.attempts, ...readers.attempts];
  const during = all.filter(({ at, took }) => at + took > silent && at < resumed);
  const failed = all.filter(({ ok }) => !ok);
  const longest = Math.max(...during.map(({ took }) => took));
  const lastFailure = Math.max(...failed.map(({ at, took }) => at + took));
  report.promise(`readiness fails within ${seconds(READINESS_MS)}`, unready < READINESS_MS, seconds(unready));
  report.promise(
    'failed requests are UNAVAILABLE with a retry time',
    failed.length > 0 && failed.every(hasRetryTime),
    outcomes(all),
  );
  report.promise(
    `no request hangs: each gets a response within ${seconds(MAX_RESPONSE_MS)}`,
    longest < MAX_RESPONSE_MS,
    latencies(during),
  );
  report.promise(`a process stops within ${seconds(MAX_STOP_MS)}`, stopTook < MAX_STOP_MS, seconds(stopTook));
  report.figure('ready again, after the network', seconds(ready));
  report.figure('last failed request, after the network', seconds(Math.max(0, lastFailure - resumed)));
  promiseStored(report, await compare(postgres, load.acknowledged));
  await promiseFeed(report, postgres, haven.origin);
}
