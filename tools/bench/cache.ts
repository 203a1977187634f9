import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { document, recordId } from './data.ts';
import type { BenchDatabase } from './database.ts';
import { load } from './load.ts';
import type { RequestMaker } from './load.ts';
import { measure, summary } from './measure.ts';
import type { Rounds } from './measure.ts';
import { freePort } from './server-process.ts';
import type { ServerProcess, StartHaven } from './server-process.ts';

/** Costs of a read: CPU in milliseconds, latencies in microseconds. */
interface ReadCost {
  throughput: number;
  cpu: number;
  postgresCpu: number;
  both: number;
  p50: number;
  p99: number;
}

const HIGH = ['perKey', 'perTenant', 'perAddress'].map((name) => `rateLimits.${name}=1000000000`);

/** Number of records, which are read again and again. */
const RECORDS = 200;
const WRITES_A_SECOND = 100;

/**
 * Enough memory for a fifth of the records. All records are read in turn, so each is evicted before it is read again,
 * and all reads go to Redis.
 */
const SMALL_MEMORY = 'cache.memory=64KiB';
const IDLE_MS = 10_000;
const JSON_TYPE = { 'content-type': 'application/json' };

/**
 * Compares reads by id from memory, from Redis and from the database, one after the other in each round: first without
 * writes, then with concurrent writes.
 */
export async function cache(
  startHaven: StartHaven,
  cli: string,
  database: BenchDatabase,
  { rounds, seconds }: Rounds,
): Promise<void> {
  const redis = await startRedis();
  try {
    // The long timeout is needed because Redis shares the cores with all other processes.
    const redisSettings = [`cache.redisUrl=redis://127.0.0.1:${redis.port}`, 'cache.redisTimeout=1s'];
    const plain = await startHaven('none', cli, [...HIGH, 'cache.memory=0']);
    const sources = [
      { name: 'the database', server: plain },
      { name: 'memory', server: await startHaven('memory', cli, HIGH) },
      { name: 'Redis', server: await startHaven('redis', cli, [...HIGH, ...redisSettings, SMALL_MEMORY]) },
    ];
    await fill(plain.origin);
    const idle = await idleCpu(database);
    console.log(`PostgreSQL uses ${idle.toFixed(1)} ms of CPU per second without requests; this is subtracted below`);
    for (const writes of [0, WRITES_A_SECOND]) {
      const writer = writes > 0 ? startWriter(plain.origin, writes) : undefined;
      const found = sources.map((): ReadCost[] => []);
      for (let round = 0; round <= rounds; round++) {
        for (const [index, { server }] of sources.entries()) {
          const one = await read(server, database, idle, seconds);
          if (round > 0) found[index]?.push(one); // the first round only warms up
        }
      }
      await writer?.stop();
      console.log(writes === 0 ? '\nWithout writes' : `\nWith ${writes} concurrent writes per second`);
      for (const [index, { name }] of sources.entries()) {
        const median = (of: (one: ReadCost, round: number) => number): number =>
          summary((found[index] ?? []).map(of)).median;
        const ratio = median(({ both }, round) => both / (found[0]?.[round]?.both ?? NaN));
        console.log(
          `${name}: ${median(({ throughput }) => throughput).toFixed(0)} reads/s; ` +
            `CPU per read: ${(median(({ cpu }) => cpu) * 1_000).toFixed(0)} µs in Haven and ` +
            `${(median(({ postgresCpu }) => postgresCpu) * 1_000).toFixed(0)} µs in PostgreSQL, ` +
            `together ${ratio.toFixed(2)} times that of the database; ` +
            `latency of a single client: ${median(({ p50 }) => p50)} µs (p50), ${median(({ p99 }) => p99)} µs (p99)`,
        );
      }
    }
  } finally {
    redis.kill();
  }
}

/**
 * Measures the cost of reads by 16 clients, and the latency of a single client. Before that, each record is read twice,
 * so that it is cached.
 */
async function read(server: ServerProcess, database: BenchDatabase, idle: number, seconds: number): Promise<ReadCost> {
  for (let number = 0; number < 2 * RECORDS; number++) await readOne(server.origin, number % RECORDS);
  const request: RequestMaker = (number) => ({
    method: 'GET',
    path: `/api/v1/collections/cached/records/${recordId(number % RECORDS)}`,
  });
  const { throughput, cpu, ...measured } = await measure(server, database, request, { connections: 16, seconds });
  const postgresCpu = Math.max(0, measured.postgresCpu - idle / throughput);
  const { latency } = await load(server.origin, request, { connections: 1, seconds });
  return {
    throughput,
    cpu,
    postgresCpu,
    both: cpu + postgresCpu,
    p50: latency.percentile(50),
    p99: latency.percentile(99),
  };
}

/** Measures the CPU of PostgreSQL for the background queries of the Haven processes, in milliseconds per second. */
async function idleCpu(database: BenchDatabase): Promise<number> {
  const before = await database.usage();
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const after = await database.usage();
  const used = [...after].reduce((sum, [pid, cpu]) => sum + cpu - (before.get(pid) ?? 0), 0);
  return used / IDLE_MS;
}

async function readOne(origin: string, number: number): Promise<void> {
  const response = await fetch(`${origin}/api/v1/collections/cached/records/${recordId(number)}`);
  await response.text();
}

async function fill(origin: string): Promise<void> {
  await send(origin, 'PUT', '/collections/cached', { cache: { maxAge: '1m' } });
  const operations = Array.from({ length: RECORDS }, (_, number) => ({
    op: 'replace',
    collection: 'cached',
    id: recordId(number),
    data: document(number),
  }));
  await send(origin, 'POST', '/batch', { operations });
}

/** Writes at a fixed rate until it is stopped. */
function startWriter(origin: string, rate: number): { stop: () => Promise<void> } {
  const over = new AbortController();
  const done = (async () => {
    for (let number = 0; !over.signal.aborted; number++) {
      const due = performance.now() + 1_000 / rate;
      await send(origin, 'PUT', `/collections/cached/records/${recordId((number * 7) % RECORDS)}`, {
        data: document(number),
      });
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    }
  })();
  return {
    stop: () => {
      over.abort();
      return done;
    },
  };
}

async function send(origin: string, method: string, path: string, input: object): Promise<void> {
  const request = { method, headers: JSON_TYPE, body: JSON.stringify(input) };
  const response = await fetch(`${origin}/api/v1${path}`, request);
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  await response.text();
}

async function startRedis(): Promise<{ port: number; kill: () => void }> {
  const port = await freePort();
  const process = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', ''], {
    stdio: 'ignore',
  });
  await once(process, 'spawn');
  return { port, kill: () => process.kill() };
}
