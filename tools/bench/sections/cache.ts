import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { NO_LIMITS } from '../bench.ts';
import { document, recordId } from '../data.ts';
import type { BenchDatabase } from '../database.ts';
import { load } from '../load.ts';
import type { RequestMaker } from '../load.ts';
import { measure, summary, used } from '../measure.ts';
import type { Summary } from '../measure.ts';
import { fixed, measured, table } from '../pages/markdown.ts';
import type { Section } from '../section.ts';
import { freePort } from '../server-process.ts';
import type { ServerProcess } from '../server-process.ts';

/** Costs of a read: CPU in milliseconds, latencies in microseconds. */
interface ReadCost {
  cpu: number;
  postgresCpu: number;
  p50: number;
  p99: number;
}

interface CacheResult {
  /** CPU of PostgreSQL without requests, in milliseconds per second. */
  idle: number;
  rows: ({ row: string } & Record<keyof ReadCost, Summary>)[];
}

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
export const cache: Section<CacheResult> = {
  plan: { rounds: 3, seconds: 0.5 },

  async measure(bench) {
    const redis = await startRedis();
    try {
      // The long timeout is needed because Redis shares the cores with all other processes.
      const redisSettings = [`cache.redisUrl=redis://127.0.0.1:${redis.port}`, 'cache.redisTimeout=1s'];
      const plain = await bench.haven('none', [...NO_LIMITS, 'cache.memory=0']);
      const sources = [
        { name: 'the database', server: plain },
        { name: 'memory', server: await bench.haven('memory', NO_LIMITS) },
        { name: 'Redis', server: await bench.haven('redis', [...NO_LIMITS, ...redisSettings, SMALL_MEMORY]) },
      ];
      await fill(plain.origin);
      const idle = await idleCpu(bench.database);
      const rows: CacheResult['rows'] = [];
      for (const writes of [0, WRITES_A_SECOND]) {
        const writer = writes > 0 ? startWriter(plain.origin, writes) : undefined;
        const found = sources.map((): ReadCost[] => []);
        for (let round = -WARM_UP_ROUNDS; round < bench.plan.rounds; round++) {
          for (const [index, { server }] of sources.entries()) {
            const one = await read(server, bench.database, idle, bench.plan.seconds);
            if (round >= 0) found[index]?.push(one);
          }
        }
        await writer?.stop();
        for (const [index, { name }] of sources.entries()) {
          const of = (figure: keyof ReadCost): Summary => summary((found[index] ?? []).map((one) => one[figure]));
          const row = writes === 0 ? name : `${name}, with ${writes} writes a second`;
          rows.push({ row, cpu: of('cpu'), postgresCpu: of('postgresCpu'), p50: of('p50'), p99: of('p99') });
        }
      }
      return { idle, rows };
    } finally {
      redis.kill();
    }
  },

  blocks(kept) {
    const { idle, rows } = kept.result;
    const cells = rows.map(({ row, cpu, postgresCpu, p50, p99 }) => [
      row,
      ...[cpu.median * 1_000, postgresCpu.median * 1_000, p50, p99].map((value) => fixed(value, 0)),
    ]);
    const header = ['A read is served from', 'CPU of Haven, µs', 'CPU of PostgreSQL, µs', 'p50, µs', 'p99, µs'];
    const note = `Without requests, PostgreSQL uses ${fixed(idle, 1)} ms of CPU a second for the three processes.`;
    return { cache: `${measured(kept)} ${note}\n\n${table(header, cells)}` };
  },
};

/** Rounds that only warm up: Node compiles code for about 20 seconds of load. */
const WARM_UP_ROUNDS = 3;

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
  return { cpu, postgresCpu, p50: latency.percentile(50), p99: latency.percentile(99) };
}

/** Measures the CPU of PostgreSQL for the background queries of the Haven processes, in milliseconds per second. */
async function idleCpu(database: BenchDatabase): Promise<number> {
  const before = await database.usage();
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const after = await database.usage();
  return used(before, after) / IDLE_MS;
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
