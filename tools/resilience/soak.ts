import { join } from 'node:path';

import { compare, changesOf, promiseSeen, promiseStored } from './harness/check.ts';
import { Client } from './harness/client.ts';
import { Follower } from './harness/follower.ts';
import { Load } from './harness/load.ts';
import { Readers } from './harness/readers.ts';
import { Receiver } from './harness/receiver.ts';
import { latencies, outcomes } from './harness/report.ts';
import type { Report } from './harness/report.ts';
import { pause, until } from './harness/wait.ts';
import type { World } from './harness/world.ts';

const MEASURING_MS = 10_000;
const MIB = 2 ** 20;

/** Fraction of the time in which each client is idle, so that Haven has about 30 % of its maximum load. */
const WAITING = 0.7;
const WRITERS = 4;
const READERS = 4;
const FOLLOWERS = 5;

/**
 * Memory counts as flat if the line fitted to the second half of the samples rises per hour by at most this fraction of
 * its mean, or in total by at most the noise between garbage collections.
 */
const RISE_AN_HOUR = 0.1;
const NOISE_MIB = { heap: 4, rss: 16 };

/** The report of the probe in Haven. */
interface Measured {
  rss: number;
  heapUsed: number;
  external: number;
  handles: Record<string, number>;
}

/** Memory is in MiB. */
interface Sample {
  minute: number;
  rss: number;
  heap: number;
  handles: Record<string, number>;
  connections: number;
}

/** One Haven server under a mixed load for a long time. Its memory and its open handles must not grow. */
export async function scenario(world: World, report: Report, { minutes }: { minutes: number }): Promise<void> {
  const postgres = await world.postgres();
  const probe = join(import.meta.dirname, 'harness/probe.ts');
  const haven = await world.haven('one', { database: postgres.url(), args: ['--import', probe] });
  const receiver = await Receiver.open();
  world.atEnd(() => receiver.close());
  const load = new Load([haven.origin], { writers: WRITERS, waiting: WAITING });
  await load.start();
  const client = new Client();
  await client.must(haven.origin, { path: '/api/v1/webhooks', body: { url: receiver.url, after: 'earliest' } });
  await client.close();
  const followers = Array.from({ length: FOLLOWERS }, () => new Follower([haven.origin]));
  const readers = new Readers(haven.origin, { readers: READERS, waiting: WAITING });

  const samples: Sample[] = [];
  const began = performance.now();
  while (performance.now() - began < minutes * 60_000) {
    await pause(MEASURING_MS);
    const { rss, heapUsed, external, handles } = (await haven.request('measure')) as Measured;
    const [{ connections } = { connections: 0 }] = await postgres.query<{ connections: number }>(
      "SELECT count(*)::int AS connections FROM pg_stat_activity WHERE application_name LIKE 'haven%'",
    );
    samples.push({
      minute: (performance.now() - began) / 60_000,
      rss: rss / MIB,
      heap: (heapUsed + external) / MIB,
      handles,
      connections,
    });
  }
  await readers.stop();
  await load.stop();

  const events = await changesOf(postgres);
  await until('the streams have caught up', () => followers.every(({ seen }) => seen.length >= events.length)).catch(
    () => undefined,
  ); // missing changes are reported below
  await until('the webhook has caught up', () => receiver.changes.size >= events.length).catch(() => undefined);
  for (const follower of followers) await follower.stop();
  for (const [n, { seen }] of followers.entries()) promiseSeen(report, `stream ${n + 1}`, seen, events);
  report.promise(
    'the webhook receives each change',
    receiver.changes.size >= events.length,
    `${receiver.changes.size} of ${events.length}`,
  );
  report.figure('write requests', `${load.attempts.length}, ${latencies(load.attempts)}`);
  report.figure('read requests', `${readers.attempts.length}, ${latencies(readers.attempts)}`);
  const all = [...load.attempts, ...readers.attempts];
  report.promise(
    'no request fails',
    all.every(({ ok }) => ok),
    outcomes(all),
  );
  promiseStored(report, await compare(postgres, load.acknowledged));
  for (const what of ['heap', 'rss'] as const) promiseFlat(report, what, samples);
  promiseNoMore(report, samples);
}

function promiseFlat(report: Report, what: 'heap' | 'rss', samples: readonly Sample[]): void {
  const half = samples.slice(samples.length >> 1);
  const { slope, middle } = line(half.map((sample) => [sample.minute, sample[what]]));
  const rise = slope * ((half.at(-1)?.minute ?? 0) - (half[0]?.minute ?? 0));
  const isFlat = slope * 60 <= middle * RISE_AN_HOUR || rise <= NOISE_MIB[what];
  const course = [0, 0.25, 0.5, 0.75, 1].map((part) =>
    samples[Math.round((samples.length - 1) * part)]?.[what].toFixed(0),
  );
  report.promise(
    `${what} after a garbage collection, in MiB, is flat over the second half`,
    isFlat,
    `${course.join(', ')}; ${rise >= 0 ? '+' : ''}${rise.toFixed(1)} over the second half`,
  );
}

/** Tolerance for bursts, which open more handles while they last: a webhook has up to 64 connections. */
const NOISE_HANDLES = 2;

/** The minimum number of open handles of each kind must not be higher in the last quarter than in the one before. */
function promiseNoMore(report: Report, samples: readonly Sample[]): void {
  const names = [...new Set(samples.flatMap(({ handles }) => Object.keys(handles)))].filter((name) =>
    /Wrap|Socket|Pipe/.test(name),
  );
  const quarter = Math.ceil(samples.length / 4);
  const [before, last] = [samples.slice(-2 * quarter, -quarter), samples.slice(-quarter)];
  for (const name of names) {
    const least = (those: readonly Sample[]): number => Math.min(...those.map(({ handles }) => handles[name] ?? 0));
    report.promise(
      `no more ${name} in the last quarter than in the one before`,
      least(last) <= least(before) + NOISE_HANDLES,
      `minimum ${least(before)}, then ${least(last)}`,
    );
  }
  const most = Math.max(...samples.map(({ connections }) => connections));
  report.promise('connections to PostgreSQL stay within their limit', most <= 16, `maximum ${most}`);
}

/** Returns the slope of the line that best fits the points, and the value of this line in the middle. */
function line(points: [at: number, value: number][]): { slope: number; middle: number } {
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map(([at]) => at)), mean(points.map(([, value]) => value))];
  const across = mean(points.map(([at, value]) => (at - x) * (value - y)));
  return { slope: across / mean(points.map(([at]) => (at - x) ** 2)), middle: y };
}
