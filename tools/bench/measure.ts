import type { BenchDatabase, Sessions } from './database.ts';
import { load } from './load.ts';
import type { LoadPlan, RequestMaker } from './load.ts';
import type { ServerProcess } from './server-process.ts';

/** Latencies are in milliseconds, CPU in milliseconds per request; memory is the peak in MiB. */
export interface Figures {
  throughput: number;
  p50: number;
  p95: number;
  p99: number;
  cpu: number;
  postgresCpu: number;
  memory: number;
}

/** Number of measurements, and the seconds of each. */
export interface Rounds {
  rounds: number;
  seconds: number;
}

export interface Summary {
  median: number;
  min: number;
  max: number;
}

/** Measures one short round of one operation on one server. */
export async function measure(
  server: ServerProcess,
  database: BenchDatabase,
  request: RequestMaker,
  plan: LoadPlan & { sessions?: Sessions },
): Promise<Figures> {
  server.resetPeak();
  const [before, postgresBefore] = [await server.usage(), await database.usage(plan.sessions)];
  const { requests, seconds: took, latency } = await load(server.origin, request, plan);
  const [after, postgresAfter] = [await server.usage(), await database.usage(plan.sessions)];
  return {
    throughput: requests / took,
    p50: latency.percentile(50) / 1_000,
    p95: latency.percentile(95) / 1_000,
    p99: latency.percentile(99) / 1_000,
    cpu: (after.cpu - before.cpu) / 1_000 / requests,
    postgresCpu: used(postgresBefore, postgresAfter) / 1_000 / requests,
    memory: (await server.peak()) / 2 ** 20,
  };
}

/** Sends requests to a server for some seconds. Returns its CPU in microseconds per request. */
export async function cpuPerRequest(
  server: ServerProcess,
  request: RequestMaker,
  connections: number,
  seconds: number,
): Promise<number> {
  const before = await server.usage();
  const { requests } = await load(server.origin, request, { connections, seconds });
  const after = await server.usage();
  return (after.cpu - before.cpu) / requests;
}

/**
 * Returns the CPU time used by the processes that still exist. PostgreSQL has a process for each connection, so
 * processes come and go.
 */
export function used(before: ReadonlyMap<number, number>, after: ReadonlyMap<number, number>): number {
  return [...after].reduce((sum, [pid, cpu]) => sum + cpu - (before.get(pid) ?? 0), 0);
}

/** Converts a memory in MiB, as results contain it, to MB, as pages show it. */
export function megabytes({ median, min, max }: Summary): Summary {
  const factor = 2 ** 20 / 1e6;
  return { median: median * factor, min: min * factor, max: max * factor };
}

/** Returns the median, minimum and maximum of numbers. */
export function summary(numbers: readonly number[]): Summary {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const at = (index: number): number => sorted.at(index) ?? NaN;
  return { median: (at(Math.ceil(middle) - 1) + at(Math.floor(middle))) / 2, min: at(0), max: at(-1) };
}
