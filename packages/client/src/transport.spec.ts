import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { ConflictError, ConnectionError, createClient, HavenError } from './index.js';
import type { ClientOptions } from './index.js';
import { fakeFetch, json, problem, silence } from './testing/fake-fetch.js';

const RECORD = { id: '1', version: 3, data: {} };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function clientOf(fetch: ClientOptions['fetch'], options: Partial<ClientOptions> = {}) {
  const client = createClient({ url: 'https://haven.test/base/', key: 'hvn_1', fetch, ...options });
  return { client, films: client.collection('films') };
}

/** Lets all timers run that the promise waits for, and returns its value or error. */
async function settle<Value>(promise: PromiseLike<Value>): Promise<Value | Error> {
  let result: Value | Error | undefined;
  promise.then(
    (value) => (result = value),
    (error: Error) => (result = error),
  );
  await vi.runAllTimersAsync();
  return result!;
}

test('a change that gets no response is repeated with the same key and body', async () => {
  const { fetch, requests } = fakeFetch(new TypeError('fetch failed'), problem(503, 'UNAVAILABLE'), json(RECORD, 201));
  const { films } = clientOf(fetch);
  expect(await settle(films.create({ n: 1 }))).toEqual(RECORD);
  expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual(
    Array(3).fill('POST https://haven.test/base/api/v1/collections/films/records'),
  );
  expect(new Set(requests.map(({ body }) => body))).toEqual(new Set(['{"data":{"n":1}}']));
  const keys = new Set(requests.map(({ headers }) => headers.get('idempotency-key')));
  expect([...keys]).toEqual([expect.stringMatching(/^"[0-9a-f]{32}"$/)]);
  expect(requests[2]?.headers.get('authorization')).toBe('Bearer hvn_1');
});

test('two changes have different keys, and a given key is quoted', async () => {
  const { fetch, requests } = fakeFetch(json(RECORD), json(RECORD), json(RECORD));
  const { films } = clientOf(fetch);
  await films.create({});
  await films.create({});
  await films.update('1', {}, { idempotencyKey: 'a "b"' });
  const [first, second, third] = requests.map(({ headers }) => headers.get('idempotency-key'));
  expect(first).not.toBe(second);
  expect(third).toBe('"a \\"b\\""');
});

test('a dry run has no key', async () => {
  const { fetch, requests } = fakeFetch(json(RECORD));
  await clientOf(fetch).films.delete('1', { dryRun: true });
  expect(requests[0]?.url).toMatch(/\?dryRun=true$/);
  expect(requests[0]?.headers.has('idempotency-key')).toBe(false);
});

test.each([429, 502, 503, 504])('status %i is repeated, and the delay doubles', async (status) => {
  vi.spyOn(Math, 'random').mockReturnValue(1);
  const { fetch, requests } = fakeFetch(...Array.from({ length: 4 }, () => new Response('<html>', { status })));
  const { films } = clientOf(fetch, { retry: { retries: 3, minDelay: 100 } });
  const began = Date.now();
  const error = await settle(films.get('1'));
  expect(requests).toHaveLength(4);
  expect(Date.now() - began).toBe(100 + 200 + 400);
  expect(error).toMatchObject({ name: 'HavenError', status, code: 'UNEXPECTED_RESPONSE' });
});

test('Retry-After is waited for, as seconds and as a date', async () => {
  const date = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 6_000).toUTCString();
  const { fetch } = fakeFetch(
    problem(429, 'RATE_LIMITED', {}, { 'retry-after': '7' }),
    problem(429, 'RATE_LIMITED', {}, { 'retry-after': date }),
    json(RECORD),
  );
  vi.spyOn(Math, 'random').mockReturnValue(0);
  const began = Date.now();
  expect(await settle(clientOf(fetch).films.get('1'))).toEqual(RECORD);
  expect(Date.now() - began).toBe(7_000); // at which time the date has passed
});

test('a Retry-After beyond the longest delay ends the repetitions, and the error has it', async () => {
  const { fetch, requests } = fakeFetch(problem(429, 'RATE_LIMITED', {}, { 'retry-after': '60' }));
  expect(await settle(clientOf(fetch).films.get('1'))).toMatchObject({ code: 'RATE_LIMITED', retryAfter: 60 });
  expect(requests).toHaveLength(1);
});

test('a change whose first attempt is still running is repeated', async () => {
  const { fetch, requests } = fakeFetch(
    problem(409, 'IDEMPOTENCY_IN_FLIGHT', {}, { 'retry-after': '1' }),
    json(RECORD),
  );
  expect(await settle(clientOf(fetch).films.create({}))).toEqual(RECORD);
  expect(requests).toHaveLength(2);
});

test.each([
  [400, 'MALFORMED_REQUEST'],
  [404, 'NOT_FOUND'],
  [409, 'UNIQUE_VIOLATION'],
  [422, 'SCHEMA_VIOLATION'],
  [500, 'INTERNAL'],
  [503, 'QUERY_TIMEOUT'],
])('%i %s is not repeated, and is an error with all that Haven said', async (status, code) => {
  const errors = [{ code: 'REQUIRED', detail: '`title` is required.', pointer: '/data/title' }];
  const { fetch, requests } = fakeFetch(problem(status, code, { errors, holder: 'x' }));
  const error = await settle(clientOf(fetch).films.create({}));
  expect(error).toBeInstanceOf(HavenError);
  expect(error).toMatchObject({ status, code, errors, traceId: 't', message: code, problem: { holder: 'x' } });
  expect(requests).toHaveLength(1);
});

test('without any response, the error is a ConnectionError with its cause', async () => {
  const cause = new TypeError('fetch failed');
  const { fetch } = fakeFetch(...Array<Error>(6).fill(cause));
  const error = await settle(clientOf(fetch).films.get('1'));
  expect(error).toBeInstanceOf(ConnectionError);
  expect(error).toMatchObject({ message: 'No response from https://haven.test/base: fetch failed', cause });
});

test('`retry: false` sends a request once', async () => {
  const { fetch, requests } = fakeFetch(problem(503, 'UNAVAILABLE'));
  expect(await settle(clientOf(fetch, { retry: false }).films.get('1'))).toMatchObject({ code: 'UNAVAILABLE' });
  expect(requests).toHaveLength(1);
});

test('an attempt without a response is given up after the timeout and repeated', async () => {
  const { fetch, requests } = fakeFetch(silence, json(RECORD));
  expect(await settle(clientOf(fetch).films.get('1', { timeout: 1_000 }))).toEqual(RECORD);
  expect(requests[0]?.signal.reason).toMatchObject({ name: 'TimeoutError' });
});

test.each(['before', 'during', 'between'])('a signal cancels a request %s its attempts', async (when) => {
  const reason = new Error('The user left.');
  const abort = new AbortController();
  const { fetch } = fakeFetch(when === 'during' ? silence : new TypeError('fetch failed'));
  if (when === 'before') abort.abort(reason);
  const result = clientOf(fetch)
    .films.get('1', { signal: abort.signal })
    .catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(10);
  abort.abort(reason);
  expect(await result).toBe(reason);
  expect(vi.getTimerCount()).toBe(0);
});

test('every request sends the greatest position that a response had', async () => {
  const [low, high] = ['00000016/B374D848', '00000017/00000001'];
  const reply = (position: string) => json(RECORD, 200, { 'haven-position': position });
  const { fetch, requests } = fakeFetch(reply(low), reply(high), reply(low), json(RECORD));
  const { client, films } = clientOf(fetch);
  for (let n = 0; n < 4; n += 1) await films.get('1');
  expect(requests.map(({ headers }) => headers.get('haven-position'))).toEqual([null, low, high, high]);
  expect(client.position).toBe(high);
});

test('a function as key is called before each attempt', async () => {
  let calls = 0;
  const { fetch, requests } = fakeFetch(new TypeError('fetch failed'), json(RECORD));
  await settle(clientOf(fetch, { key: async () => `token-${(calls += 1)}` }).films.get('1'));
  expect(requests.map(({ headers }) => headers.get('authorization'))).toEqual(['Bearer token-1', 'Bearer token-2']);
});

test('a record as it was read is changed only if it has not changed since', async () => {
  const { fetch, requests } = fakeFetch(...Array.from({ length: 6 }, () => json(RECORD)));
  const { films } = clientOf(fetch);
  await films.update(RECORD, { n: 1 });
  await films.update(RECORD, { n: 1 }, { ifVersion: 7 });
  await films.update(RECORD, { n: 1 }, { ifVersion: 'any' });
  await films.delete('1');
  await films.restore('1', 2, { ifVersion: 4 });
  await films.replace('1', {}, { ifAbsent: true });
  const sent = requests.map(({ headers }) => headers.get('if-match') ?? headers.get('if-none-match'));
  expect(sent).toEqual(['"3"', '"7"', null, null, '"4"', '*']);
});

test('a conflict has the current record', async () => {
  const current = { ...RECORD, version: 5 };
  const { fetch, requests } = fakeFetch(problem(412, 'VERSION_CONFLICT', { current: 5 }), json(current));
  const error = await settle(clientOf(fetch).films.update(RECORD, { n: 1 }));
  expect(error).toBeInstanceOf(ConflictError);
  expect(error).toMatchObject({ code: 'VERSION_CONFLICT', current, problem: { current: 5 } });
  expect(requests[1]?.method).toBe('GET');
});

test('the conflict of a deleted record has none', async () => {
  const { fetch } = fakeFetch(problem(412, 'VERSION_CONFLICT'), problem(404, 'NOT_FOUND'));
  expect(await settle(clientOf(fetch).films.delete(RECORD))).toMatchObject({ name: 'ConflictError', current: null });
});

test('the conflict of a batch has the record of the operation that failed', async () => {
  const { fetch, requests } = fakeFetch(problem(412, 'VERSION_CONFLICT', { index: 1 }), json(RECORD));
  const { client } = clientOf(fetch);
  const error = await settle(
    client.batch([
      { op: 'create', collection: 'films', data: {}, label: 'new' },
      { op: 'patch', collection: 'actors', id: 'b', data: {}, expectedVersion: 1 },
    ]),
  );
  expect(error).toMatchObject({ name: 'ConflictError', current: RECORD, problem: { index: 1 } });
  expect(requests[1]?.url).toBe('https://haven.test/base/api/v1/collections/actors/records/b');
});

test('what cannot be sent as it is, is refused before anything is sent', async () => {
  const { fetch, requests } = fakeFetch();
  const { client, films } = clientOf(fetch);
  await expect(films.create({ n: NaN })).rejects.toThrow('"n" is NaN, which JSON cannot express.');
  for (const id of ['', '.', '..']) expect(() => films.get(id)).toThrow('The id of a record must be');
  expect(() => client.collection('..')).toThrow('The name of a collection must be');
  await expect(films.create({}, { idempotencyKey: 'é…' })).rejects.toThrow(TypeError);
  expect(() => createClient({ url: 'haven.test' })).toThrow('Invalid URL');
  expect(requests).toEqual([]);
});

test('ids, names and values are escaped', async () => {
  const { fetch, requests } = fakeFetch(json(RECORD), json(RECORD));
  const { films } = clientOf(fetch);
  await films.get('../a?b', { fields: ['title', 'a,b'], expand: 'director.mentor', asOf: 'x y' });
  await films.getBy('country,number', ['NO', 7]);
  expect(
    requests.map(({ url }) => url.replace('https://haven.test/base/api/v1/collections/films/records', '')),
  ).toEqual([
    '/..%2Fa%3Fb?fields=title%2Ca%2Cb&expand=director.mentor&asOf=x+y',
    '/by/country%2Cnumber/%5B%22NO%22%2C7%5D?valueType=json',
  ]);
});

test('a list is one page for `await`, and all items for `for await`', async () => {
  const pages = [
    { items: [1, 2], nextCursor: 'b', previousCursor: null },
    { items: [3], nextCursor: null, previousCursor: 'a' },
  ].map((page) => () => json(page));
  const { fetch, requests } = fakeFetch(pages[0]!, pages[0]!, pages[1]!);
  const list = clientOf(fetch).films.list({ where: { n: { _gt: 0 } }, orderBy: '-n', limit: 2, after: 'a' });
  expect(requests).toEqual([]);
  expect((await list).items).toEqual([1, 2]);
  expect(await list.toArray()).toEqual([1, 2, 3]);
  expect(requests.map(({ body }) => JSON.parse(body!))).toEqual(
    ['a', 'a', 'b'].map((after) => ({ filter: { n: { _gt: 0 } }, sort: ['-n'], limit: 2, after })),
  );
});

test('GraphQL: returns the data, and rejects with the first error', async () => {
  const errors = [{ message: 'No.', path: ['a'], extensions: { code: 'NOT_FOUND', status: 404, traceId: 't' } }];
  const { fetch } = fakeFetch(json({ data: { a: 1 } }), json({ data: { a: null }, errors }), json({ errors }, 400));
  const { client } = clientOf(fetch);
  expect(await client.graphql('{ a }')).toEqual({ a: 1 });
  for (let n = 0; n < 2; n += 1)
    expect(await settle(client.graphql('{ a }'))).toMatchObject({ code: 'NOT_FOUND', status: 404, message: 'No.' });
});
