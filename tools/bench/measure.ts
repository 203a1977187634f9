import { load } from './load.ts';

/** One short round of one operation on one server: throughput, latencies in ms, CPU ms a request, memory in MiB. */
export async function measure(server, database, request, { connections, seconds }) {
  const [before, postgresBefore] = [await server.usage(), await database.usage()];
  const { requests, seconds: took, latency } = await load(server.origin, request, { connections, seconds });
  const [after, postgresAfter] = [await server.usage(), await database.usage()];
  return {
    throughput: requests / took,
    p50: latency.percentile(50) / 1_000,
    p95: latency.percentile(95) / 1_000,
    p99: latency.percentile(99) / 1_000,
    cpu: (after.cpu - before.cpu) / 1_000 / requests,
    postgresCpu: used(postgresBefore, postgresAfter) / 1_000 / requests,
    memory: after.rss / 2 ** 20,
  };
}

/** By those that are still there: connections come and go. */
function used(before, after) {
  return [...after].reduce((sum, [pid, cpu]) => sum + cpu - (before.get(pid) ?? 0), 0);
}

/** Median and spread of some numbers. */
export function summary(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
  return { median, min: sorted[0], max: sorted.at(-1) };
}
