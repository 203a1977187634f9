import { Receiver } from './receiver.ts';
import type { ServerProcess } from './server-process.ts';

/** Number of webhooks that receive each change. */
const WEBHOOKS = 4;

/** Number of single writes per second, changes per batch, and batches per second. */
const SINGLES = 50;
const BATCH = 50;
const BATCHES = 5;
const SECONDS = 10;

/**
 * Measures deliveries per second to a fast receiver during writes, and the effect of a hanging receiver on other
 * receivers.
 */
export async function webhooks(server: ServerProcess): Promise<void> {
  const api = `${server.origin}/api/v1`;
  const receiver = await Receiver.start();
  await send(`${api}/collections`, { name: 'hooked' });
  const paths = Array.from({ length: WEBHOOKS }, (_, number) => `/${number}`);
  for (const path of paths) await send(`${api}/webhooks`, { url: receiver.origin + path, collections: ['hooked'] });
  await steady(server, api, receiver, paths, 'warm-up');
  await steady(server, api, receiver, paths, 'all receivers respond');
  await send(`${api}/webhooks`, { url: `${receiver.origin}/hangs`, collections: ['hooked'] });
  await steady(server, api, receiver, paths, 'one receiver hangs');
  await backlog(api, receiver);
  await receiver.stop();
}

async function steady(
  server: ServerProcess,
  api: string,
  receiver: Receiver,
  paths: readonly string[],
  name: string,
): Promise<void> {
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
  console.log(name, {
    'writes/s': Math.round(written / seconds),
    'deliveries/s': Math.round(delivered / seconds),
    'not delivered yet': written * paths.length - delivered,
    'p50 ms': at(latencies, 0.5),
    'p95 ms': at(latencies, 0.95),
    'CPU of Haven, µs per delivery, including writes': Math.round((after.cpu - before.cpu) / delivered),
  });
}

/** Measures how fast a new webhook receives all earlier changes when there is no other load. */
async function backlog(api: string, receiver: Receiver): Promise<void> {
  await receiver.counts();
  const began = performance.now();
  await send(`${api}/webhooks`, { url: `${receiver.origin}/late`, collections: ['hooked'], after: 'earliest' });
  const all = 3 * SECONDS * (BATCHES * BATCH + SINGLES);
  let count = 0;
  while (count < all) {
    await pause(20);
    count += (await receiver.counts())['/late']?.count ?? 0;
  }
  console.log('a backlog', { 'deliveries/s': Math.round((all / (performance.now() - began)) * 1_000) });
}

function at(sorted: readonly number[], part: number): number | undefined {
  return sorted[Math.floor(sorted.length * part)];
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function send(url: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
}
