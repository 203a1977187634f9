import { createHistogram } from 'node:perf_hooks';
import type { RecordableHistogram } from 'node:perf_hooks';

import { UNREACHED } from '../bench.ts';
import { summary } from '../measure.ts';
import type { Summary } from '../measure.ts';
import { fixed, measured, spread, table } from '../pages/markdown.ts';
import type { Section } from '../section.ts';

const CHANGES = 20_000;
const WRITES = 500;

interface Change {
  type?: string;
  record?: unknown;
}

interface Latency {
  p50: number;
  p99: number;
}

interface ChangesPage {
  items: Change[];
  nextCursor: string;
  hasMore: boolean;
}

/** Changes per second, and milliseconds from a write until a subscriber receives its change. */
interface FeedResult {
  pages: Summary;
  stream: Summary;
  fromRequest: Latency;
  fromResponse: Latency;
}

/** Measures how fast changes are read in pages and as a stream, and how soon after a write a subscriber receives it. */
export const feed: Section<FeedResult> = {
  plan: { rounds: 3, seconds: 0 },

  async measure(bench) {
    const { origin } = await bench.haven('haven', UNREACHED);
    const api = `${origin}/api/v1`;
    await send(`${api}/collections`, { name: 'feed' });
    const start = (await get(`${api}/changes?collection=feed`)).nextCursor;
    const lines = Array.from({ length: CHANGES }, (_, n) => JSON.stringify({ n, title: `Product ${n}` })).join('\n');
    const headers = { 'content-type': 'application/x-ndjson' };
    await fetch(`${api}/collections/feed/import`, { method: 'POST', headers, body: lines });
    await settled(api, start);
    const [pages, stream] = [[] as number[], [] as number[]];
    for (let round = 0; round < bench.plan.rounds; round++) {
      pages.push(await rate(() => readPages(api, start)));
      stream.push(await rate(() => readStream(api, start, CHANGES)));
    }
    return { pages: summary(pages), stream: summary(stream), ...(await latencies(api)) };
  },

  blocks(kept) {
    const { pages, stream, fromRequest, fromResponse } = kept.result;
    const delay = ({ p50, p99 }: Latency): string => `${fixed(p50, 1)} ms (p50), ${fixed(p99, 1)} ms (p99)`;
    const rows = [
      ['changes read in pages of 500, a second', spread(pages, 0)],
      ['changes read from a stream, a second', spread(stream, 0)],
      ['from a write to its change on a stream', delay(fromRequest)],
      ['from the response to the write', delay(fromResponse)],
    ];
    return { feed: `${measured(kept)}\n\n${table(['', ''], rows)}` };
  },
};

async function settled(api: string, start: string): Promise<void> {
  for (let count = 0; count < CHANGES;) count = await readPages(api, start);
}

async function rate(read: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await read();
  return (CHANGES / (performance.now() - startedAt)) * 1_000;
}

async function readPages(api: string, start: string): Promise<number> {
  let count = 0;
  for (let after = start, more = true; more;) {
    const page = await get(`${api}/changes?collection=feed&limit=500&after=${after}`);
    count += page.items.length;
    after = page.nextCursor;
    more = page.hasMore;
  }
  return count;
}

async function readStream(api: string, start: string, count: number): Promise<void> {
  let left = count;
  await follow(`${api}/changes?collection=feed&after=${start}`, () => --left === 0);
}

/**
 * Writes one change at a time, so that no change waits in a queue. Measures the latency twice: from the request, and
 * from the response, which is sent after the commit.
 */
async function latencies(api: string): Promise<Pick<FeedResult, 'fromRequest' | 'fromResponse'>> {
  const [fromRequest, fromResponse] = [createHistogram(), createHistogram()];
  let received: (at: number) => void = () => undefined;
  const ready = Promise.withResolvers<void>();
  let left = WRITES;
  const receive = (): boolean => {
    received(performance.now());
    return --left === 0;
  };
  const following = follow(`${api}/changes?collection=feed`, receive, ready.resolve);
  await ready.promise;
  for (let n = 0; n < WRITES; n++) {
    const next = new Promise<number>((resolve) => (received = resolve));
    const sent = performance.now();
    await send(`${api}/collections/feed/records`, { data: { n } });
    const responded = performance.now();
    const at = await next;
    fromRequest.record(microseconds(at - sent));
    fromResponse.record(microseconds(at - responded));
  }
  await following;
  return { fromRequest: percentiles(fromRequest), fromResponse: percentiles(fromResponse) };
}

function microseconds(milliseconds: number): number {
  return Math.max(1, Math.round(milliseconds * 1_000));
}

function percentiles(histogram: RecordableHistogram): Latency {
  return { p50: histogram.percentile(50) / 1_000, p99: histogram.percentile(99) / 1_000 };
}

/** Reads a stream until `isLast` returns true for a change. */
async function follow(
  url: string,
  isLast: (record: unknown) => boolean,
  ready: () => void = () => undefined,
): Promise<void> {
  const { body } = await fetch(url, { headers: { accept: 'text/event-stream' } });
  const decoder = new TextDecoder();
  let rest = '';
  if (!body) throw new Error(`The response of ${url} has no body.`);
  for await (const chunk of body) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = block.split('\ndata: ')[1];
      if (!data) continue;
      const { type, record } = JSON.parse(data) as Change;
      if (type === 'ready') ready();
      else if (isLast(record)) return; // this closes the stream
    }
  }
}

async function get(url: string): Promise<ChangesPage> {
  return (await fetch(url)).json() as Promise<ChangesPage>; // the API declares this type
}

async function send(url: string, data: object): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(data),
  });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  await response.text();
}
