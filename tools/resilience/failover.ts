import { compare, promiseFeed, promiseStored } from './harness/check.ts';
import { Load } from './harness/load.ts';
import { latencies, outcomes, saysWhenToComeAgain, seconds } from './harness/report.ts';
import type { Report } from './harness/report.ts';
import { TcpProxy } from './harness/tcp-proxy.ts';
import { pause, until } from './harness/wait.ts';
import type { World } from './harness/world.ts';

/** Haven waits three seconds for a connection (`database.acquireTimeout`), and a statement may run for ten. */
const PATIENCE_MS = 13_000;
const AWAY_MS = 3_000;

const REPLICATED = "SELECT FROM pg_stat_replication WHERE sync_state = 'sync'";

/**
 * The primary is killed under load and its synchronous replica promoted. Haven's address of the database is a proxy, that leads
 * to the replica first while it is one still.
 */
export async function scenario(world: World, report: Report): Promise<void> {
  const primary = await world.postgres();
  await primary.stop();
  const replica = world.adopt(await primary.replica('replica'));
  primary.args.push('synchronous_standby_names=replica', 'synchronous_commit=remote_apply');
  await primary.start();
  await replica.start();
  await until('the replica follows', async () => (await primary.query(REPLICATED)).length === 1);

  let leading = primary;
  const proxy = await TcpProxy.open(() => leading.port);
  world.atEnd(() => proxy.close());
  const database = primary.url(proxy.port);
  const havens = [await world.haven('one', { database }), await world.haven('two', { database })];
  const load = new Load(havens.map(({ origin }) => origin));
  await load.start();
  await pause(4_000);

  const killed = performance.now();
  await primary.kill();
  proxy.cut();
  leading = replica;
  await pause(AWAY_MS);
  const promoted = performance.now();
  await replica.query('SELECT pg_promote()');
  const acknowledged = load.acknowledged.size;
  await until('a write is acknowledged again', () => load.acknowledged.size > acknowledged);
  const recovered = performance.now();
  await Promise.all(havens.map((haven) => until('ready', async () => (await haven.readiness()) === 200)));
  await pause(5_000);
  await load.stop();

  const during = load.attempts.filter(({ at, took }) => at + took > killed && at < recovered);
  const failed = load.attempts.filter(({ ok }) => !ok);
  const longest = Math.max(...during.map(({ took }) => took));
  report.promise(
    'what fails is UNAVAILABLE and says when to try again',
    failed.every(saysWhenToComeAgain),
    outcomes(failed),
  );
  report.promise(
    `nobody hangs: each is answered within ${seconds(PATIENCE_MS)}`,
    longest < PATIENCE_MS,
    latencies(during),
  );
  report.figure('first write acknowledged, after pg_promote() was asked', seconds(recovered - promoted));
  const lastFailure = Math.max(...failed.map(({ at, took }) => at + took));
  report.figure('last refusal, after pg_promote() was asked', seconds(Math.max(0, lastFailure - promoted)));
  promiseStored(report, await compare(replica, load.acknowledged));
  await promiseFeed(report, replica, havens[0]?.origin ?? '');
}
