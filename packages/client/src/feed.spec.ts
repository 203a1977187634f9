import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { createClient, HavenError } from './index.js';
import type { ChangeFeed, ClientOptions, FeedOptions, FeedStatus } from './index.js';
import { eventStream, fakeFetch, problem, silence } from './testing/fake-fetch.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Follows a feed until it ends, and keeps what it yields and reports. */
function follow(
  fetch: ClientOptions['fetch'],
  options: FeedOptions<any, string> = {},
  clientOptions: Partial<ClientOptions> = {},
) {
  const client = createClient({ url: 'https://haven.test', fetch, ...clientOptions });
  const positions: string[] = [];
  const statuses: FeedStatus[] = [];
  const feed = client.changes({
    onPosition: (cursor) => positions.push(cursor),
    onStatus: (status) => statuses.push(status),
    ...options,
  });
  const cursors: string[] = [];
  const ended = collect(feed, cursors).catch((error: unknown) => error);
  return { feed, cursors, positions, states: () => statuses.map(({ state }) => state), statuses, ended };
}

async function collect(feed: ChangeFeed<{ cursor: string }>, cursors: string[]): Promise<void> {
  for await (const { cursor } of feed) cursors.push(cursor);
}

function parametersOf(request: { url: string } | undefined): Record<string, string> {
  return Object.fromEntries(new URL(request?.url ?? '').searchParams);
}

test('yields changes, and reports the positions in between', async () => {
  const stream = eventStream();
  const { fetch, requests } = fakeFetch(stream.react);
  const { feed, cursors, positions, states } = follow(fetch, { collection: 'films', where: { n: 1 }, after: 'a' });
  stream.ready('a');
  stream.write('event: record.created\nid: b\nda');
  stream.write('ta: {"cursor":"b"}\n\nid: c\n\n:\n\n');
  await vi.advanceTimersByTimeAsync(0);
  expect(cursors).toEqual(['b']);
  expect(positions).toEqual(['a', 'c']);
  expect(feed.cursor).toBe('c');
  expect(states()).toEqual(['connecting', 'open']);
  expect(parametersOf(requests[0])).toEqual({ after: 'a', collection: 'films', filter: '{"n":1}' });
  expect(requests[0]?.headers.get('accept')).toBe('text/event-stream');
});

test.each(['end', 'cut'] as const)('resumes after the newest position when the stream is %s', async (how) => {
  const streams = [eventStream(), eventStream()] as const;
  const { fetch, requests } = fakeFetch(streams[0].react, new TypeError('fetch failed'), streams[1].react);
  const { cursors, statuses } = follow(fetch);
  streams[0].ready('a');
  streams[0].change('b');
  await vi.advanceTimersByTimeAsync(0);
  streams[0][how]();
  streams[1].ready('b');
  streams[1].change('c');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(cursors).toEqual(['b', 'c']);
  expect(requests.map(parametersOf)).toEqual([{}, { after: 'b' }, { after: 'b' }]);
  expect(statuses.map(({ state }) => state)).toEqual([
    ...['connecting', 'open', 'interrupted', 'connecting', 'interrupted', 'connecting', 'open'],
  ]);
  expect(statuses[2]).toHaveProperty('error', how === 'end' ? undefined : expect.any(Error));
});

test('resumes when a heartbeat is missing, but not while the caller is busy', async () => {
  const streams = [eventStream(), eventStream()] as const;
  const { fetch, requests } = fakeFetch(streams[0].react, streams[1].react);
  const feed = createClient({ url: 'https://haven.test', fetch }).changes({ heartbeatTimeout: 1_000 });
  const changes = feed[Symbol.asyncIterator]();
  const first = changes.next();
  streams[0].ready('a');
  streams[0].change('b');
  await first;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(requests).toHaveLength(1);
  const second = changes.next();
  for (let n = 0; n < 5; n += 1) {
    await vi.advanceTimersByTimeAsync(900);
    streams[0].write(':\n\n');
  }
  await vi.advanceTimersByTimeAsync(1_300);
  expect(requests).toHaveLength(2);
  expect(requests[0]?.signal.aborted).toBe(true);
  streams[1].change('c');
  expect(await second).toMatchObject({ value: { cursor: 'c' } });
});

test('gives up an attempt that gets no response', async () => {
  const stream = eventStream();
  const { fetch } = fakeFetch(silence, stream.react);
  const { cursors } = follow(fetch, { heartbeatTimeout: 1_000 });
  stream.change('a');
  await vi.advanceTimersByTimeAsync(5_000);
  expect(cursors).toEqual(['a']);
});

test('waits as long as the server wants before it reconnects, however often', async () => {
  const stream = eventStream();
  const refusals = Array.from({ length: 20 }, () => problem(503, 'UNAVAILABLE', {}, { 'retry-after': '30' }));
  const { fetch, requests } = fakeFetch(...refusals, stream.react);
  const { cursors } = follow(fetch);
  stream.change('a');
  await vi.advanceTimersByTimeAsync(20 * 30_000 - 1);
  expect(requests).toHaveLength(20);
  await vi.advanceTimersByTimeAsync(1);
  expect(cursors).toEqual(['a']);
});

test.each([
  ['as a response', problem(410, 'CURSOR_EXPIRED')],
  [
    'in the stream',
    new Response(`event: error\ndata: ${JSON.stringify({ code: 'CURSOR_EXPIRED', detail: 'd', status: 410 })}\n\n`),
  ],
])('ends with an error that a new attempt does not change, %s', async (_where, response) => {
  const { fetch, requests } = fakeFetch(response);
  const error = await follow(fetch, { after: 'old' }).ended;
  expect(error).toBeInstanceOf(HavenError);
  expect(error).toMatchObject({ code: 'CURSOR_EXPIRED', status: 410 });
  expect(requests).toHaveLength(1);
});

test('continues after an error that passes, which ended the stream', async () => {
  const streams = [eventStream(), eventStream()] as const;
  const { fetch } = fakeFetch(streams[0].react, streams[1].react);
  const { cursors } = follow(fetch);
  streams[0].ready('a');
  streams[0].write('event: error\ndata: {"code":"UNAVAILABLE","detail":"d","status":503}\n\n');
  streams[1].change('b');
  await vi.advanceTimersByTimeAsync(5_000);
  expect(cursors).toEqual(['b']);
});

test('gets a new token when the last one has expired, but only once', async () => {
  const stream = eventStream();
  const { fetch, requests } = fakeFetch(stream.react, problem(401, 'UNAUTHENTICATED'));
  let tokens = 0;
  const { ended } = follow(fetch, {}, { key: () => `${(tokens += 1)}` });
  stream.ready('a');
  stream.write('event: error\ndata: {"code":"UNAUTHENTICATED","detail":"d","status":401}\n\n');
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await ended).toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(requests.map(({ headers }) => headers.get('authorization'))).toEqual(['Bearer 1', 'Bearer 2']);
});

test.each(['connecting', 'open', 'interrupted'] as const)('a signal ends the feed while it is %s', async (state) => {
  const abort = new AbortController();
  const stream = eventStream();
  const { fetch } = fakeFetch(state === 'open' ? stream.react : state === 'connecting' ? silence : new TypeError('x'));
  const { ended, states } = follow(fetch, { signal: abort.signal });
  if (state === 'open') stream.ready('a');
  await vi.advanceTimersByTimeAsync(10);
  expect(states().at(-1)).toBe(state);
  abort.abort();
  expect(await ended).toMatchObject({ name: 'AbortError' });
  expect(vi.getTimerCount()).toBe(0);
});

test('`break` closes the connection, and a new iteration continues after the last change', async () => {
  const streams = [eventStream(), eventStream()] as const;
  const { fetch, requests } = fakeFetch(streams[0].react, streams[1].react);
  const feed = createClient({ url: 'https://haven.test', fetch }).changes();
  for (const [index, cursor] of ['a', 'b'].entries()) {
    streams[index]?.change(cursor);
    for await (const change of feed) {
      expect(change.cursor).toBe(cursor);
      break;
    }
    expect(requests[index]?.signal.aborted).toBe(true);
  }
  expect(parametersOf(requests[1])).toEqual({ after: 'a' });
  expect(vi.getTimerCount()).toBe(0);
});
