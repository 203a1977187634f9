import { createHistogram } from 'node:perf_hooks';

import { atLeast, atMost } from '../aims.ts';
import type { AimedFigure } from '../aims.ts';
import { NO_LIMITS } from '../bench.ts';
import { onSeparateCores } from '../cores.ts';
import { operationOf } from '../operations.ts';
import { fixed, measured, table } from '../pages/markdown.ts';
import type { Section } from '../section.ts';
import type { ServerProcess } from '../server-process.ts';
import { bytesOf, Connections } from './connections.ts';

/** Number of concurrent requests, close to the maximum that Haven accepts. */
const AT_CAPACITY = 64;

const FACTOR = 10;
const WARM_UP_S = 12;
const CAPACITY_S = 10;
const CONNECTIONS = FACTOR * AT_CAPACITY;
const TICK_MS = 5;

const MIX = ['get', 'list', 'filter', 'create', 'patch'];

/** Requests that are created in advance, because the client shares the machine with the server. */
const requests = (): readonly Buffer[] =>
  Array.from({ length: 5_000 }, (_, index) =>
    bytesOf(operationOf(MIX[index % MIX.length] ?? 'get').rest(index * 7_919)),
  );

/** Targets for the ratios of an overloaded server to one at its capacity. */
const AIMS = { accepted: atLeast(0.8, 2), p95: atMost(2, 1) };

interface OverloadResult {
  /** Whether the client had a core of its own, and Haven and PostgreSQL another one. */
  separate: boolean;
  rows: Record<string, Rates>;
  /** CPU in milliseconds. */
  cpuPerRequest: number;
  cpuPerRefusal: number;
}

/**
 * Measures the capacity of a server, then sends ten times as many requests per second for a minute, and then measures
 * the capacity again.
 */
export const overload: Section<OverloadResult> = {
  plan: { rounds: 1, seconds: 60 },

  async measure(bench) {
    const server = await bench.haven('haven', NO_LIMITS);
    await bench.database.fill(server.origin);
    const cores = await onSeparateCores(server, bench.database);
    const prepared = requests();
    await closed(server, prepared, WARM_UP_S);
    const before = await server.usage();
    const capacity = await closed(server, prepared, CAPACITY_S);
    const rest = await server.usage();
    const over = await open(server, prepared, capacity.accepted * FACTOR, bench.plan.seconds);
    const loaded = await server.usage();
    const after = await closed(server, prepared, CAPACITY_S);
    cores.release();
    const cpu = (rest.cpu - before.cpu) / capacity.count;
    return {
      separate: cores.separate,
      rows: { 'at capacity': capacity, [`${FACTOR} × capacity`]: over, afterwards: after },
      cpuPerRequest: cpu / 1_000,
      cpuPerRefusal: (loaded.cpu - rest.cpu - cpu * over.count) / over.rejections / 1_000,
    };
  },

  blocks(kept) {
    const { separate, rows, cpuPerRequest, cpuPerRefusal } = kept.result;
    const cells = Object.entries(rows).map(([row, { accepted, shed, unsent, p50, p95, p99, shed95, others }]) => [
      row,
      ...[accepted, shed, unsent, p50, p95, p99, shed95].map((value) => fixed(value, 0)),
      others,
    ]);
    const over = Object.values(rows)[1];
    const [accepted, p95] = ratiosOf(kept.result);
    const header = [
      '',
      'accepted/s',
      'refused/s',
      'not sent/s',
      'p50 ms',
      'p95 ms',
      'p99 ms',
      'p95 of the refused, ms',
      'other responses',
    ];
    const text = [
      separate ? 'The client has one core, and Haven and PostgreSQL another one.' : 'All processes share all cores.',
      `At capacity, a request costs the process ${fixed(cpuPerRequest, 2)} ms of CPU.`,
      over && over.rejections > 0 && cpuPerRefusal > 0 ? `A refusal costs ${fixed(cpuPerRefusal, 2)} ms.` : '',
      accepted && p95
        ? `At ten times the capacity, the rate of accepted requests is ${fixed(accepted.value, 2)} times that at ` +
          `capacity (aim: at least ${accepted.aim.limit}), and their p95 is ${fixed(p95.value, 1)} times as long (aim: ` +
          `at most ${p95.aim.limit}).`
        : '',
    ]
      .filter((sentence) => sentence !== '')
      .join(' ');
    return { overload: `${measured(kept)} ${text}\n\n${table(header, cells)}` };
  },

  aims: ({ result }) => ratiosOf(result),
};

/** Returns the ratios of the rate and the latency under overload to those at capacity, if both were measured. */
function ratiosOf({ rows }: OverloadResult): AimedFigure[] {
  const [capacity, over] = Object.values(rows);
  if (!capacity || !over) return [];
  return [
    { name: 'overload, ratio of accepted requests', value: over.accepted / capacity.accepted, aim: AIMS.accepted },
    { name: 'overload, ratio of p95', value: over.p95 / capacity.p95, aim: AIMS.p95 },
  ];
}

/**
 * Closed loop: a fixed number of clients, each of which waits for its response. Measures the capacity of the server.
 */
async function closed({ origin }: ServerProcess, prepared: readonly Buffer[], seconds: number): Promise<Rates> {
  const connections = await Connections.open(origin, AT_CAPACITY);
  const count = new Count();
  const started = performance.now();
  const end = started + seconds * 1_000;
  const work = async (): Promise<void> => {
    while (performance.now() < end) await count.send(connections, prepared);
  };
  await Promise.all(Array.from({ length: AT_CAPACITY }, work));
  connections.close();
  return count.rates((performance.now() - started) / 1_000);
}

/**
 * Open loop: requests are sent at a fixed rate, independently of earlier responses. If no connection is free, a request
 * is not sent, but counted as unsent.
 */
async function open(
  { origin }: ServerProcess,
  prepared: readonly Buffer[],
  rate: number,
  seconds: number,
): Promise<Rates> {
  const connections = await Connections.open(origin, CONNECTIONS);
  const count = new Count();
  const started = performance.now();
  const end = started + seconds * 1_000;
  let due = 0;
  while (performance.now() < end) {
    const until = ((performance.now() - started) / 1_000) * rate;
    for (; due < until; due++) {
      if (connections.free > 0) void count.send(connections, prepared);
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
  shed95?: number;
  others: string;
}

/** Counts responses. */
class Count {
  accepted = createHistogram();
  rejected = createHistogram();
  others = new Map<number, number>();
  unsent = 0;

  async send(connections: Connections, prepared: readonly Buffer[]): Promise<void> {
    const request = prepared[Math.floor(Math.random() * prepared.length)];
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
      ...(rejected.count > 0 && { shed95: rejected.percentile(95) / 1_000 }),
      others: [...others].map(([status, count]) => `${count} × ${status}`).join(', '),
    };
  }
}
