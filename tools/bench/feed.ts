import { createHistogram } from 'node:perf_hooks';

const CHANGES = 20_000;
const WRITES = 500;

/** How fast the changes are read, on a page and on a stream, and how long after a write was sent it reaches who follows. */
export async function feed(origin) {
  const api = `${origin}/api/v1`;
  await send(`${api}/collections`, { name: 'feed' });
  const start = (await get(`${api}/changes?collection=feed`)).nextCursor;
  const lines = Array.from({ length: CHANGES }, (_, n) => JSON.stringify({ n, title: `Product ${n}` })).join('\n');
  await fetch(`${api}/collections/feed/import`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: lines,
  });
  await settled(api, start);
  const pages = await rate(() => readPages(api, start));
  const stream = await rate(() => readStream(api, start, CHANGES));
  const latency = await latencies(api);
  const line = { 'pages/s': Math.round(pages), 'stream/s': Math.round(stream), ...latency };
  console.log('Changes read a second, and milliseconds until a write is heard of:', line);
}

async function settled(api, start) {
  for (let count = 0; count < CHANGES;) count = await readPages(api, start);
}

async function rate(read) {
  const begun = performance.now();
  await read();
  return (CHANGES / (performance.now() - begun)) * 1_000;
}

async function readPages(api, start) {
  let count = 0;
  for (let after = start, more = true; more;) {
    const page = await get(`${api}/changes?collection=feed&limit=500&after=${after}`);
    count += page.items.length;
    after = page.nextCursor;
    more = page.hasMore;
  }
  return count;
}

async function readStream(api, start, count) {
  let left = count;
  await follow(`${api}/changes?collection=feed&after=${start}`, () => --left === 0);
}

/** One after the other: what is measured is the way of one change, and not a queue. It was committed before it was answered. */
async function latencies(api) {
  const [fromSending, fromAnswer] = [createHistogram(), createHistogram()];
  let heard = () => undefined;
  const ready = Promise.withResolvers();
  let left = WRITES;
  const hear = () => {
    heard(performance.now());
    return --left === 0;
  };
  const following = follow(`${api}/changes?collection=feed`, hear, ready.resolve);
  await ready.promise;
  for (let n = 0; n < WRITES; n++) {
    const next = new Promise((resolve) => (heard = resolve));
    const sent = performance.now();
    await send(`${api}/collections/feed/records`, { data: { n } });
    const answered = performance.now();
    const at = await next;
    fromSending.record(microseconds(at - sent));
    fromAnswer.record(microseconds(at - answered));
  }
  await following;
  return { 'from sending': percentiles(fromSending), 'from the answer': percentiles(fromAnswer) };
}

function microseconds(milliseconds) {
  return Math.max(1, Math.round(milliseconds * 1_000));
}

function percentiles(histogram) {
  return { p50: histogram.percentile(50) / 1_000, p99: histogram.percentile(99) / 1_000 };
}

/** Reads a stream until `hear` has had enough. */
async function follow(address, hear, ready = () => undefined) {
  const { body } = await fetch(address, { headers: { accept: 'text/event-stream' } });
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) {
      const data = block.split('\ndata: ')[1];
      if (!data) continue;
      const { type, record } = JSON.parse(data);
      if (type === 'ready') ready();
      else if (hear(record)) return; // which closes the stream
    }
  }
}

async function get(address) {
  return (await fetch(address)).json();
}

async function send(address, data) {
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(data),
  });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  return response.json();
}
