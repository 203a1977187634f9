import { Client } from './harness/client.ts';
import { changesOf, compare, promiseFeed, promiseSeen, promiseStored } from './harness/check.ts';
import { Follower } from './harness/follower.ts';
import { Load } from './harness/load.ts';
import { outcomes } from './harness/report.ts';
import type { Report } from './harness/report.ts';
import { Receiver } from './harness/receiver.ts';
import { pause, until } from './harness/wait.ts';
import type { World } from './harness/world.ts';

const TIMES = 20;

/**
 * With these short delays, another process soon retries the deliveries of a killed one, instead of after five minutes.
 */
const ENV = { HAVEN_WEBHOOKS_SCHEDULE: '500ms,500ms,1s,1s,1s' };

/** Under load, two Haven servers are killed and started again alternately, twenty times. */
export async function scenario(world: World, report: Report): Promise<void> {
  const postgres = await world.postgres();
  const options = { database: postgres.url(), env: ENV };
  const havens = [await world.haven('one', options), await world.haven('two', options)];
  const origins = havens.map(({ origin }) => origin);
  const receiver = await Receiver.open();
  world.atEnd(() => receiver.close());
  // A low load, because the starts use much of the machine.
  const load = new Load(origins, { writers: 4, thinking: 50 });
  await load.start();
  const client = new Client();
  await client.must(origins[0] ?? '', { path: '/api/v1/webhooks', body: { url: receiver.url, after: 'earliest' } });
  await client.close();
  const follower = new Follower(origins);
  world.atEnd(() => follower.stop());

  for (let time = 0; time < TIMES; time++) {
    const haven = havens[time % havens.length];
    await pause(300 + Math.random() * 400);
    await haven?.kill();
    await haven?.start();
  }
  await load.stop();

  const events = await changesOf(postgres);
  // A timeout is ignored here, because missing changes are reported below.
  await until('the stream has caught up', () => follower.seen.length >= events.length).catch(() => undefined);
  const all = events.map(({ id, version }) => `${id} ${version}`);
  const missing = () => all.filter((name) => !receiver.changes.has(name)).length;
  await until('every change was delivered', () => missing() === 0, 120_000, 200).catch(() => undefined);
  report.figure('killed with SIGKILL and started again', `${TIMES} times`);
  report.figure('failed attempts, all of them retried', outcomes(load.attempts));
  report.figure('retries with a replayed response', load.attempts.filter(({ replayed }) => replayed).length);
  promiseStored(report, await compare(postgres, load.acknowledged));
  await promiseFeed(report, postgres, origins[0] ?? '');
  promiseSeen(report, `a stream over ${follower.connections} connections`, follower.seen, events);
  const again = [...receiver.changes.values()].filter((times) => times > 1).length;
  report.promise(
    'a webhook receives each change at least once',
    missing() === 0,
    `${receiver.changes.size} received; ${missing()} missing, ${again} more than once`,
  );
}
