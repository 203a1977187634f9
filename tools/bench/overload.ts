import { createHistogram } from 'node:perf_hooks';

import { bytesOf, Connections } from './connections.ts';
import { operationOf } from './operations.ts';
import type { ServerProcess } from './server-process.ts';

/** Number of concurrent requests, close to the maximum that Haven accepts. */
const AT_CAPACITY = 64;

const FACTOR = 10;
const WARM_UP_S = 5;
const CAPACITY_S = 15;
const CONNECTIONS = FACTOR * AT_CAPACITY;
const TICK_MS = 5;
const SAMPLE_S = 5;

const MIX = ['get', 'list', 'filter', 'create', 'patch'];

/** Requests that are created in advance, because the client shares the machine with the server. */
const REQUESTS = Array.from({ length: 5_000 }, (_, index) => {
  const number = index * 7_919;
  return bytesOf(operationOf(MIX[index % MIX.length] ?? 'get').rest(number));
});

/**
 * Measures the capacity of a server, then sends ten times as many requests per second for `seconds`, and prints how the
 * server handles this load.
 */
export async function overload(server: ServerProcess, seconds: number): Promise<void> {
  await closed(server, WARM_UP_S);
  const before = await server.usage();
  const capacity = await closed(server, CAPACITY_S);
  const rest = await server.usage();
  const samples: number[] = [];
  const sampling = setInterval(() => void server.usage().then(({ rss }) => samples.push(rss)), SAMPLE_S * 1_000);
  const over = await open(server, capacity.accepted * FACTOR, seconds);
  clearInterval(sampling);
  const loaded = await server.usage();
  const after = await closed(server, CAPACITY_S);
  const rows = { 'at capacity': capacity, [`${FACTOR} × capacity`]: over, 'after it': after };
  console.log(table(rows));
  const cpu = (rest.cpu - before.cpu) / capacity.count;
  const cpuRejected = (loaded.cpu - rest.cpu - cpu * over.count) / over.rejections;
  console.log(
    `\nCPU of the process: ${(cpu / 1_000).toFixed(2)} ms per request at capacity, ` +
      `${(cpuRejected / 1_000).toFixed(2)} ms per rejection.`,
  );
  console.log(
    `Memory: ${mib(rest.rss)} MiB before; every ${SAMPLE_S} s then ${samples.map(mib).join(', ')}; ` +
      `peak ${mib(Math.max(...samples))} MiB.`,
  );
}

/**
 * Closed loop: a fixed number of clients, each of which waits for its response. Measures the capacity of the server.
 */
async function closed({ origin }: ServerProcess, seconds: number): Promise<Rates> {
  const connections = await Connections.open(origin, AT_CAPACITY);
  const count = new Count();
  const started = performance.now();
  const end = started + seconds * 1_000;
  const work = async (): Promise<void> => {
    while (performance.now() < end) await count.send(connections);
  };
  await Promise.all(Array.from({ length: AT_CAPACITY }, work));
  connections.close();
  return count.rates((performance.now() - started) / 1_000);
}

/**
 * Open loop: requests are sent at a fixed rate, independently of earlier responses. If no connection is free, a request
 * is not sent, but counted as unsent.
 */
async function open({ origin }: ServerProcess, rate: number, seconds: number): Promise<Rates> {
  const connections = await Connections.open(origin, CONNECTIONS);
  const count = new Count();
  const started = performance.now();
  const end = started + seconds * 1_000;
  let due = 0;
  while (performance.now() < end) {
    const until = ((performance.now() - started) / 1_000) * rate;
    for (; due < until; due++) {
      if (connections.free > 0) void count.send(connections);
      else count.unsent++;
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  const rates = count.rates((performance.now() - started) / 1_000);
  connections.close();
  return rates;
}

/** Rates are per second, latencies in milliseconds. */
interface Rates {
  count: number;
  rejections: number;
  accepted: number;
  shed: number;
  unsent: number;
  p50: number;
  p95: number;
  p99: number;
  shed95: number | undefined;
  others: string;
}

/** Counts responses. */
class Count {
  accepted = createHistogram();
  rejected = createHistogram();
  others = new Map<number, number>();
  unsent = 0;

  async send(connections: Connections): Promise<void> {
    const request = REQUESTS[Math.floor(Math.random() * REQUESTS.length)];
    if (!request) return;
    const sent = performance.now();
    const { status, retryAfter } = await connections.send(request);
    const took = Math.max(1, Math.round((performance.now() - sent) * 1_000));
    if (status >= 200 && status < 300) this.accepted.record(took);
    else if (status === 503 && retryAfter) this.rejected.record(took);
    else this.others.set(status, (this.others.get(status) ?? 0) + 1);
  }

  rates(seconds: number): Rates {
    const { accepted, rejected, others, unsent } = this;
    return {
      count: accepted.count,
      rejections: rejected.count,
      accepted: accepted.count / seconds,
      shed: rejected.count / seconds,
      unsent: unsent / seconds,
      p50: accepted.percentile(50) / 1_000,
      p95: accepted.percentile(95) / 1_000,
      p99: accepted.percentile(99) / 1_000,
      shed95: rejected.count > 0 ? rejected.percentile(95) / 1_000 : undefined,
      others: [...others].map(([status, count]) => `${count} × ${status}`).join(', '),
    };
  }
}

function table(rows: Record<string, Rates>): string {
  const cells = Object.entries(rows).map(([name, { accepted, shed, unsent, p50, p95, p99, shed95, others }]) => [
    name,
    ...[accepted, shed, unsent].map((rate) => rate.toFixed(0)),
    ...[p50, p95, p99, shed95].map((ms) => ms?.toFixed(0) ?? ''),
    others,
  ]);
  const header = [
    '',
    'accepted/s',
    'rejected/s',
    'not sent/s',
    'p50 ms',
    'p95 ms',
    'p99 ms',
    'rejected p95 ms',
    'others',
  ];
  return [header, header.map((_, index) => (index === 0 ? '---' : '---:')), ...cells]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');
}

function mib(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
