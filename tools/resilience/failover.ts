import { compare, promiseFeed, promiseStored } from './harness/check.ts';
import { Load } from './harness/load.ts';
import type { Postgres } from './harness/postgres.ts';
import { latencies, outcomes, hasRetryTime, seconds } from './harness/report.ts';
import type { Report } from './harness/report.ts';
import { TcpProxy } from './harness/tcp-proxy.ts';
import { pause, until } from './harness/wait.ts';
import type { World } from './harness/world.ts';

/** Haven waits three seconds for a connection (`database.acquireTimeout`), and a statement may run for ten seconds. */
const MAX_RESPONSE_MS = 13_000;
const OUTAGE_MS = 3_000;

const REPLICATED = "SELECT FROM pg_stat_replication WHERE sync_state = 'sync'";

/** How Haven reaches the servers. */
interface Route {
  /** URL of its database. */
  database: string;
  /** Called when the primary was killed. */
  redirect(): void;
}

/**
 * The primary is killed under load, and its synchronous replica is promoted. Haven connects through a proxy, which
 * switches to the replica before it is promoted.
 */
export async function scenario(world: World, report: Report): Promise<void> {
  await failOver(world, report, async (primary, replica) => {
    let leading = primary;
    const proxy = await TcpProxy.open(() => leading.port);
    world.atEnd(() => proxy.close());
    return {
      database: primary.url(proxy.port),
      redirect: () => {
        proxy.cut();
        leading = replica;
      },
    };
  });
}

/** Runs the scenario with a route to the two servers. */
export async function failOver(
  world: World,
  report: Report,
  open: (primary: Postgres, replica: Postgres) => Promise<Route>,
): Promise<void> {
  const primary = await world.postgres();
  await primary.stop();
  const replica = world.adopt(await primary.replica('replica'));
  primary.args.push('synchronous_standby_names=replica', 'synchronous_commit=remote_apply');
  await primary.start();
  await replica.start();
  await until('the replica follows', async () => (await primary.query(REPLICATED)).length === 1);

  const { database, redirect } = await open(primary, replica);
  const havens = [await world.haven('one', { database }), await world.haven('two', { database })];
  const load = new Load(havens.map(({ origin }) => origin));
  await load.start();
  await pause(4_000);

  const killed = performance.now();
  await primary.kill();
  redirect();
  await pause(OUTAGE_MS);
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
  report.promise('failed requests are UNAVAILABLE with a retry time', failed.every(hasRetryTime), outcomes(failed));
  report.promise(
    `no request hangs: each gets a response within ${seconds(MAX_RESPONSE_MS)}`,
    longest < MAX_RESPONSE_MS,
    latencies(during),
  );
  report.figure('first acknowledged write, after the call of pg_promote()', seconds(recovered - promoted));
  const lastFailure = Math.max(...failed.map(({ at, took }) => at + took));
  report.figure('last failed request, after the call of pg_promote()', seconds(Math.max(0, lastFailure - promoted)));
  promiseStored(report, await compare(replica, load.acknowledged));
  await promiseFeed(report, replica, havens[0]?.origin ?? '');
}
