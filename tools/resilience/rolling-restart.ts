import { join } from 'node:path';

import { openHttpBalancer, openTcpBalancer } from './harness/balancer.ts';
import { changesOf, compare, promiseFeed, promiseSeen, promiseStored } from './harness/check.ts';
import { Follower } from './harness/follower.ts';
import { Load } from './harness/load.ts';
import { latencies, outcomes } from './harness/report.ts';
import type { Report } from './harness/report.ts';
import { pause, until } from './harness/wait.ts';
import type { World } from './harness/world.ts';

/** The drain delay is much longer than the probe interval of the balancers, as a margin for a busy machine. */
const ENV = { HAVEN_SERVER_DRAIN_DELAY: '8s' };

/**
 * Restarts two Haven servers behind load balancers, one after the other. Clients do not retry, so each failure counts.
 * With `--from`, the servers first run the program of another checkout, such as the previous version. Then both
 * versions use the same database for a while, and the new one reads the data of the old one.
 */
export async function scenario(world: World, report: Report, { from }: { from?: string | undefined }): Promise<void> {
  const before = from === undefined ? undefined : join(from, 'dist/apps/haven/src/cli.js');
  const postgres = await world.postgres();
  const options = { database: postgres.url(), env: ENV };
  const havens = [await world.haven('one', options, before), await world.haven('two', options, before)];
  const balancers = { HTTP: await openHttpBalancer(havens), TCP: await openTcpBalancer(havens) };
  for (const { close } of Object.values(balancers)) world.atEnd(close);
  const loads: Record<string, Load> = {};
  for (const [kind, { origin }] of Object.entries(balancers)) {
    const load = new Load([origin], { writers: 4, thinking: 100, retries: false });
    loads[kind] = load;
    await load.start();
  }
  const follower = new Follower([balancers.HTTP.origin]);
  world.atEnd(() => follower.stop());
  await pause(3_000);

  const codes: unknown[] = [];
  for (const haven of havens) {
    codes.push(await haven.stop());
    await haven.start();
    await pause(2_000);
  }
  for (const load of Object.values(loads)) await load.stop();

  const events = await changesOf(postgres);
  // A timeout is ignored here, because missing changes are reported below.
  await until('the stream has caught up', () => follower.seen.length >= events.length).catch(() => undefined);
  report.promise(
    'each server exits with code 0',
    codes.every((code) => code === 0),
    codes.join(', '),
  );
  for (const [kind, { attempts }] of Object.entries(loads)) {
    const failed = attempts.filter(({ ok }) => !ok);
    report.promise(
      `no request fails through the ${kind} balancer`,
      failed.length === 0,
      `${attempts.length} requests; failed: ${outcomes(attempts)}`,
    );
    report.figure(`latency through the ${kind} balancer`, latencies(attempts));
  }
  const acknowledged = new Map(Object.values(loads).flatMap((load) => [...load.acknowledged]));
  promiseStored(report, await compare(postgres, acknowledged));
  await promiseFeed(report, postgres, havens[0]?.origin ?? '');
  promiseSeen(report, `a stream over ${follower.connections} connections`, follower.seen, events);
  report.promise(
    'a stream that ends reconnects to another server at once',
    follower.refused.length === 0,
    `${follower.refused.length} attempts failed`,
  );
}
