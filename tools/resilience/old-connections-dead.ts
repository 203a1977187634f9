import { compare, promiseFeed, promiseStored } from './harness/check.ts';
import { Load } from './harness/load.ts';
import { Readers } from './harness/readers.ts';
import { hasRetryTime, latencies, outcomes, seconds } from './harness/report.ts';
import type { Report } from './harness/report.ts';
import { TcpProxy } from './harness/tcp-proxy.ts';
import { pause } from './harness/wait.ts';
import type { World } from './harness/world.ts';

/** As in network-silent. */
const MAX_RESPONSE_MS = 20_000;

/**
 * Requests that were sent this long after the connections died must succeed. Here the proxy keeps PostgreSQL's ends of
 * the connections open, so that only PostgreSQL's own timeouts end the sessions: 20 seconds for an idle leader, and 30
 * seconds for an open transaction (`database.idleInTransactionTimeout`).
 */
const RECOVERY_MS = 40_000;

/**
 * All open connections to PostgreSQL drop their packets under load, without an error for either side, while new ones
 * work: like a firewall or load balancer that has lost its table of connections.
 */
export async function scenario(world: World, report: Report): Promise<void> {
  const postgres = await world.postgres();
  const proxy = await TcpProxy.open(() => postgres.port);
  world.atEnd(() => proxy.close());
  const haven = await world.haven('one', { database: postgres.url(proxy.port) });
  const load = new Load([haven.origin]);
  await load.start();
  const readers = new Readers(haven.origin, { readers: 2, waiting: 0 });
  await pause(4_000);

  const died = performance.now();
  proxy.silenceOpenConnections();
  await pause(RECOVERY_MS + 5_000);
  await Promise.all([load.stop(), readers.stop()]);

  const all = [...load.attempts, ...readers.attempts];
  const after = all.filter(({ at, took }) => at + took > died);
  const failed = all.filter(({ ok }) => !ok);
  const late = all.filter(({ at }) => at > died + RECOVERY_MS);
  const firstRead = Math.min(
    ...readers.attempts.filter(({ ok, at }) => ok && at > died).map(({ at, took }) => at + took),
  );
  const lastFailure = Math.max(died, ...failed.map(({ at, took }) => at + took));
  const longest = Math.max(...after.map(({ took }) => took));
  report.promise('failed requests are UNAVAILABLE with a retry time', failed.every(hasRetryTime), outcomes(all));
  report.promise(
    `no request hangs: each gets a response within ${seconds(MAX_RESPONSE_MS)}`,
    longest < MAX_RESPONSE_MS,
    latencies(after),
  );
  report.promise(
    `no request fails that is sent ${seconds(RECOVERY_MS)} later`,
    late.length > 0 && late.every(({ ok }) => ok),
    outcomes(late),
  );
  report.figure('first successful read that was sent afterwards', seconds(firstRead - died));
  report.figure('last failed request', seconds(lastFailure - died));
  promiseStored(report, await compare(postgres, load.acknowledged));
  await promiseFeed(report, postgres, haven.origin);
}
