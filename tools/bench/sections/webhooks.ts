import { UNREACHED } from '../bench.ts';
import { fixed, measured, table } from '../pages/markdown.ts';
import type { Section } from '../section.ts';
import type { ServerProcess } from '../server-process.ts';
import { Receiver } from './receiver.ts';

/** Number of webhooks that receive each change. */
const WEBHOOKS = 4;

/** Number of single writes per second, changes per batch, and batches per second. */
const SINGLES = 50;
const BATCH = 50;
const BATCHES = 5;
const SECONDS = 10;

/** Latencies in milliseconds from a change to its receipt, CPU in microseconds. Absent where it was not measured. */
interface WebhookResult {
  row: string;
  deliveries: number;
  missing?: number;
  p50?: number;
  p95?: number;
  cpu?: number;
}

/**
 * Measures deliveries per second to a fast receiver during writes, and the effect of a hanging receiver on other
 * receivers.
 */
export const webhooks: Section<WebhookResult[]> = {
  plan: { rounds: 1, seconds: SECONDS },

  async measure(bench) {
    const server = await bench.haven('haven', UNREACHED);
    const api = `${server.origin}/api/v1`;
    const receiver = await Receiver.start();
    await send(`${api}/collections`, { name: 'hooked' });
    const paths = Array.from({ length: WEBHOOKS }, (_, number) => `/${number}`);
    for (const path of paths) await send(`${api}/webhooks`, { url: receiver.origin + path, collections: ['hooked'] });
    await steady(server, api, receiver, paths, 'warm-up');
    const usual = await steady(server, api, receiver, paths, 'all receivers respond');
    await send(`${api}/webhooks`, { url: `${receiver.origin}/hangs`, collections: ['hooked'] });
    const hanging = await steady(server, api, receiver, paths, 'a fifth receiver hangs');
    const late = await backlog(api, receiver);
    await receiver.stop();
    return [usual, hanging, late];
  },

  blocks(kept) {
    const rows = kept.result.map(({ row, deliveries, missing, p50, p95, cpu }) => [
      row,
      ...[deliveries, p50, p95, missing, cpu].map((value) => fixed(value, 0)),
    ]);
    const header = ['', 'deliveries/s', 'p50 ms', 'p95 ms', 'not delivered after 0.5 s', 'µs of CPU per delivery'];
    return { webhooks: `${measured(kept)}\n\n${table(header, rows)}` };
  },
};

async function steady(
  server: ServerProcess,
  api: string,
  receiver: Receiver,
  paths: readonly string[],
  row: string,
): Promise<WebhookResult> {
  await receiver.counts();
  const before = await server.usage();
  const began = performance.now();
  let written = 0;
  for (let second = 0; second < SECONDS; second++) {
    const until = began + (second + 1) * 1_000;
    const create = { op: 'create', collection: 'hooked', data: { title: 'Alien', year: 1979 } };
    const batches = Array.from({ length: BATCHES }, () =>
      send(`${api}/batch`, { operations: Array.from({ length: BATCH }, () => create) }),
    );
    const singles = Array.from({ length: SINGLES }, (_, number) =>
      pause((number * 1_000) / SINGLES).then(() => send(`${api}/collections/hooked/records`, { data: { number } })),
    );
    await Promise.all([...batches, ...singles]);
    written += BATCHES * BATCH + SINGLES;
    await pause(Math.max(0, until - performance.now()));
  }
  const seconds = (performance.now() - began) / 1_000;
  await pause(500); // for deliveries of the last writes
  const after = await server.usage();
  const counts = await receiver.counts();
  const latencies = paths.flatMap((path) => counts[path]?.latencies ?? []).toSorted((one, other) => one - other);
  const delivered = latencies.length;
  return {
    row,
    deliveries: delivered / seconds,
    missing: written * paths.length - delivered,
    p50: at(latencies, 0.5),
    p95: at(latencies, 0.95),
    cpu: (after.cpu - before.cpu) / delivered,
  };
}

/** Measures how fast a new webhook receives all earlier changes when there is no other load. */
async function backlog(api: string, receiver: Receiver): Promise<WebhookResult> {
  await receiver.counts();
  const began = performance.now();
  await send(`${api}/webhooks`, { url: `${receiver.origin}/late`, collections: ['hooked'], after: 'earliest' });
  const all = 3 * SECONDS * (BATCHES * BATCH + SINGLES);
  let count = 0;
  while (count < all) {
    await pause(20);
    count += (await receiver.counts())['/late']?.count ?? 0;
  }
  return { row: 'a new webhook receives a backlog', deliveries: (all / (performance.now() - began)) * 1_000 };
}

function at(sorted: readonly number[], part: number): number {
  return sorted[Math.floor(sorted.length * part)] ?? NaN;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function send(url: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
}
