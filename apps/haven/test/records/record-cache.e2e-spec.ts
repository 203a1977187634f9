import { randomUUID } from 'node:crypto';

import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';

import { FeedTailReader } from '@haven/events';
import type { LiveRecord } from '@haven/records';

import type { FollowedTenant } from '../../../../libs/records/src/application/followed-tenant.js';
import { RecordCache } from '../../../../libs/records/src/application/record-cache.js';
import { RedisRecords } from '../../../../libs/records/src/application/redis-records.js';
import { RecordReader } from '../../../../libs/records/src/domain/record-reader.js';
import { CacheMaxAge1764320000000 } from '../../src/migrations/1764320000000-cache-max-age.js';
import { secondHaven, startHaven } from '../support/haven.js';
import type { ApiResponse, Haven } from '../support/haven.js';
import { parseExposition } from '../support/prometheus.js';
import { describeWith } from '../support/programs.js';
import { TestRedis } from '../support/redis.js';

const ID = '0197a000-0000-7000-8000-000000000001';
const RECORD = `/collections/movies/records/${ID}`;
const ERASURE = `${RECORD}/erase`;
const PATIENCE = { timeout: 30_000, interval: 10 };
const OPERATOR_KEY = `hvn_${'0'.repeat(16)}_${'a'.repeat(64)}`;
const NO_CACHE = { 'cache-control': 'no-cache' };

/** A process as its clients see it. */
interface Process {
  readonly url: string;
  readonly app: NestFastifyApplication;
}

afterEach(() => {
  vi.restoreAllMocks();
});

async function send(
  { url }: Process,
  tenant: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<ApiResponse> {
  const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  const init = { method, headers: { 'x-test-tenant': tenant, ...type, ...headers } };
  const answer = await fetch(`${url}${path}`, { ...init, ...(body !== undefined && { body: JSON.stringify(body) }) });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: /^[{[]/.test(text) ? JSON.parse(text) : text };
}

/** A client of one tenant that can send requests to several processes. */
class Client {
  constructor(
    private readonly tenant: string,
    private readonly processes: readonly Process[],
  ) {}

  rest(
    at: number,
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<ApiResponse> {
    return send(this.processes[at]!, this.tenant, method, `/api/v1${path}`, body, headers);
  }

  graphql(at: number, query: string, headers?: Record<string, string>): Promise<ApiResponse> {
    return send(this.processes[at]!, this.tenant, 'POST', '/graphql', { query }, headers);
  }

  /** Creates a collection whose records are cached, and a record in it. */
  async begin(maxAge = '1h'): Promise<void> {
    await this.rest(0, 'PUT', '/collections/movies', { cache: { maxAge } });
    await this.write(0, 1);
  }

  async write(at: number, n: unknown): Promise<number> {
    const { status, body } = await this.rest(at, 'PUT', RECORD, { data: { n } });
    expect([200, 201]).toContain(status);
    return body.version;
  }

  async read(at: number, headers?: Record<string, string>): Promise<{ n: unknown; age: string | null }> {
    const { status, headers: answered, body } = await this.rest(at, 'GET', RECORD, undefined, headers);
    expect(status).toBe(200);
    return { n: body.data.n, age: answered.get('age') };
  }

  /** Reads until the response comes from the cache. */
  warm(at: number): Promise<void> {
    return vi.waitFor(async () => expect((await this.read(at)).age).not.toBeNull(), PATIENCE);
  }
}

/** Changes the record in the database without an event, so that reads show whether they come from the cache. */
async function tamper(haven: Haven): Promise<void> {
  await haven.sql(`UPDATE haven.records SET data = '{"n":"tampered"}' WHERE tenant_id = $1`, [haven.tenant]);
}

async function hits({ url }: Process, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const labels = { haven_cache_name: name, haven_cache_result: 'hit' };
  return parseExposition(text).value('haven_cache_lookups_total', labels);
}

/** Delays the return of a method until `release` is called; `reached` resolves when the method has its result. */
function holdBack<Name extends string>(target: Record<Name, (...args: any[]) => Promise<any>>, name: Name) {
  const original = target[name].bind(target);
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  vi.spyOn(target, name as never).mockImplementation((async (...args: unknown[]) => {
    const result = await original(...args);
    reached.resolve();
    await released.promise;
    return result;
  }) as never);
  return { reached: reached.promise, release: released.resolve };
}

function feedOf({ app }: Process): FeedTailReader {
  return app.get(FeedTailReader, { strict: false });
}

/** Resolves when the process has read a version of the record from the feed. */
function learnsOf(process: Process, version: number): Promise<void> {
  const feed = feedOf(process);
  const original = feed.read.bind(feed);
  const { promise, resolve } = Promise.withResolvers<void>();
  vi.spyOn(feed, 'read').mockImplementation(async (tenant, sequence) => {
    const tail = await original(tenant, sequence);
    // `setImmediate` runs after the cache has applied the entry.
    if (tail.entries?.some((entry) => entry.version === version)) setImmediate(resolve);
    return tail;
  });
  return promise;
}

/** Stops the clock of the cache, so that cached records do not expire on a slow machine. */
function stopClock(): void {
  const time = performance.now();
  vi.spyOn(performance, 'now').mockReturnValue(time);
}

const haven = startHaven();

describe('a cached record', () => {
  let client: Client;
  beforeEach(async () => {
    client = new Client(haven.tenant, [haven]);
    await client.begin();
    await client.warm(0);
  });

  it('is the same in both APIs, and has an Age header', async () => {
    stopClock();
    await client.warm(0);
    const { body, headers } = await client.rest(0, 'GET', RECORD);
    await tamper(haven);
    expect((await client.rest(0, 'GET', RECORD)).body).toEqual(body);
    const query = `{ record(collection: "movies", id: "${ID}") { id version data createdAt updatedAt } }`;
    const answer = await client.graphql(0, query);
    expect(body).toMatchObject(answer.body.data.record);
    expect(answer.body.extensions).toEqual({ age: Number(headers.get('age')) });
    // Without this Cache-Control, fetch sends no-cache.
    const known = { 'if-none-match': headers.get('etag') ?? '', 'cache-control': 'max-age=0' };
    const unchanged = await client.rest(0, 'GET', RECORD, undefined, known);
    expect(unchanged.status).toBe(304);
    expect(unchanged.headers.get('age')).not.toBeNull();
    expect((await client.rest(0, 'GET', `${RECORD}?fields=other`)).body.data).toEqual({});
    expect((await client.rest(0, 'GET', RECORD)).body, 'projections are not cached').toEqual(body);
  });

  it('is read from the database for a request with no-cache or a position', async () => {
    stopClock();
    await client.warm(0);
    await tamper(haven);
    for (const headers of [NO_CACHE, { 'cache-control': 'max-age=0, No-Cache' }, { 'haven-position': '0/1' }]) {
      expect(await client.read(0, headers)).toEqual({ n: 'tampered', age: null });
      const query = `{ a: record(collection: "movies", id: "${ID}") { data } b: record(collection: "movies", id: "${ID}") { data } }`;
      const { body } = await client.graphql(0, query, headers);
      expect(body).toEqual({ data: { a: { data: { n: 'tampered' } }, b: { data: { n: 'tampered' } } } });
    }
    expect(await client.read(0), 'and remains in the cache').toMatchObject({ n: 1 });
  });

  it('ages up to the maximum age of the collection', async () => {
    const cache = haven.app.get(RecordCache, { strict: false }) as unknown as { tenantOf(id: string): FollowedTenant };
    let time = Math.ceil(performance.now()); // a sum of integers has no rounding error
    vi.spyOn(performance, 'now').mockImplementation(() => time);
    const pass = async (milliseconds: number): Promise<void> => {
      time += milliseconds;
      // Without this read of the feed, the next read would use the database.
      await cache.tenantOf(haven.tenant).read();
    };
    await client.write(0, 2);
    await client.warm(0);
    await tamper(haven);
    await pass(90_900);
    expect(await client.read(0)).toEqual({ n: 2, age: '90' });

    const young = randomUUID();
    await client.rest(0, 'PUT', `/collections/movies/records/${young}`, { data: {} });
    const query = `{ a: record(collection: "movies", id: "${young}") { id } b: record(collection: "movies", id: "${ID}") { id } }`;
    for (let n = 0; n < 2; n++)
      expect((await client.graphql(0, query)).body.extensions, 'the oldest').toEqual({ age: 90 });

    await pass(3_600_000 - 90_901);
    expect(await client.read(0)).toEqual({ n: 2, age: '3599' });
    await pass(1);
    expect(await client.read(0)).toEqual({ n: 'tampered', age: null });
  });

  it.each<[string, string, string, unknown, Record<string, string>?]>([
    ['replaced', 'PUT', RECORD, { data: { n: 2 } }],
    ['patched', 'PATCH', RECORD, { data: { n: 2 } }],
    [
      'changed in a batch',
      'POST',
      '/batch',
      { operations: [{ op: 'replace', collection: 'movies', id: ID, data: { n: 2 } }] },
    ],
    ['changed with an idempotency key', 'PUT', RECORD, { data: { n: 2 } }, { 'idempotency-key': 'one' }],
    [
      'imported',
      'POST',
      '/collections/movies/import?shape=record',
      { id: ID, data: { n: 2 } },
      { 'content-type': 'application/x-ndjson' },
    ],
  ])('that was %s is returned in its current version', async (_, method, path, body, headers) => {
    expect((await client.rest(0, method, path, body, headers)).status).toBeLessThan(300);
    expect(await client.read(0)).toEqual({ n: 2, age: null });
    await client.warm(0);
    expect(await client.read(0)).toMatchObject({ n: 2 });
  });

  it.each([
    ['deleted', 'DELETE', RECORD],
    ['erased', 'POST', ERASURE],
    ['deleted with its collection', 'DELETE', '/collections/movies?cascade=true'],
  ])('that was %s is not returned', async (_, method, path) => {
    expect((await client.rest(0, method, path)).status).toBe(204);
    expect((await client.rest(0, 'GET', RECORD)).status).toBe(404);
  });

  it('is not returned from another collection that gets the same name', async () => {
    await client.rest(0, 'DELETE', '/collections/movies?cascade=true');
    await client.rest(0, 'PUT', '/collections/movies', { cache: { maxAge: '1h' } });
    expect((await client.rest(0, 'GET', RECORD)).status).toBe(404);
    await client.write(0, 'another');
    expect(await client.read(0)).toEqual({ n: 'another', age: null });
  });

  it.each([
    ['disables the cache', { cache: null }],
    ['changes the maximum age', { cache: { maxAge: '59m' } }],
    ['changes another setting', { description: 'Films' }],
  ])('is read from the database after its collection %s', async (_, settings) => {
    await tamper(haven);
    await client.rest(0, 'PATCH', '/collections/movies', settings);
    await vi.waitFor(async () => expect(await client.read(0)).toEqual({ n: 'tampered', age: null }), PATIENCE);
  });

  it('is not returned to another tenant', async () => {
    const other = new Client(randomUUID(), [haven]);
    await other.rest(0, 'PUT', '/collections/movies', { cache: { maxAge: '1h' } });
    expect((await other.rest(0, 'GET', RECORD)).status).toBe(404);
    await other.write(0, 'theirs');
    await other.warm(0);
    expect(await other.read(0)).toMatchObject({ n: 'theirs' });
    expect(await client.read(0)).toMatchObject({ n: 1 });
  });

  it('does not affect history and time travel', async () => {
    await client.write(0, 2);
    expect((await client.rest(0, 'GET', `${RECORD}/history/1`)).body.data).toEqual({ n: 1 });
    const { body } = await client.rest(0, 'GET', `${RECORD}?asOf=${new Date(Date.now() + 60_000).toISOString()}`);
    expect(body.data).toEqual({ n: 2 });
  });
});

describe('a record in a collection without a cache', () => {
  it('is read from the database, and its erasure does not wait', async () => {
    const client = new Client(haven.tenant, [haven]);
    await client.rest(0, 'PUT', '/collections/movies', {});
    await client.write(0, 1);
    await client.read(0);
    await tamper(haven);
    expect(await client.read(0)).toEqual({ n: 'tampered', age: null });
    const waits = vi.spyOn(feedOf(haven), 'awaitEntry');
    expect((await client.rest(0, 'POST', ERASURE)).status).toBe(204);
    expect(waits).not.toHaveBeenCalled();
  });

  it('is erased only after other processes have been notified if the cache was disabled just before', async () => {
    const client = new Client(haven.tenant, [haven]);
    await client.begin();
    await client.rest(0, 'PATCH', '/collections/movies', { cache: null });
    const waits = vi.spyOn(feedOf(haven), 'awaitEntry');
    expect((await client.rest(0, 'POST', ERASURE)).status).toBe(204);
    expect(waits).toHaveBeenCalledOnce();
  });
});

describe('with a cache size of 0', () => {
  const haven = startHaven(['cache.memory=0']);

  it('nothing is cached', async () => {
    const client = new Client(haven.tenant, [haven]);
    await client.begin();
    await client.read(0);
    await tamper(haven);
    expect(await client.read(0)).toEqual({ n: 'tampered', age: null });
    expect((await client.rest(0, 'POST', ERASURE)).status).toBe(204);
  });
});

describe('access to a cached record', () => {
  const haven = startHaven([`auth.operatorKey=${OPERATOR_KEY}`], { keys: true });

  it('is still authorized', async () => {
    await haven.rest('PUT', '/collections/movies', { cache: { maxAge: '1h' } });
    await haven.rest('PUT', '/collections/other', {});
    await haven.rest('PUT', RECORD, { data: { n: 1 } });
    const read = (headers: Record<string, string>) => haven.rest('GET', RECORD, undefined, headers);
    const own = await haven.as(haven.tenant);
    await vi.waitFor(async () => expect((await read(own)).headers.get('age')).not.toBeNull(), PATIENCE);
    const held = async (settings: object): Promise<Record<string, string>> => {
      const { body } = await haven.rest('POST', '/api-keys', { name: 'held', ...settings });
      return { authorization: `Bearer ${body.token}` };
    };
    expect((await read(await held({ scopes: ['records:read'], collections: ['other'] }))).status).toBe(403);
    expect((await read(await held({ scopes: ['changes:read'] }))).status).toBe(403);
    const reader = await held({ scopes: ['records:read'], collections: ['movies'] });
    expect((await read(reader)).headers.get('age')).not.toBeNull();
    const suspended = await haven.rest(
      'PATCH',
      `/tenants/${haven.tenant}`,
      { suspended: true },
      {
        authorization: `Bearer ${OPERATOR_KEY}`,
      },
    );
    expect(suspended.status).toBe(200);
    expect((await read(reader)).status).toBe(403);
  });
});

describe('with another process', () => {
  let other: Process;
  let client: Client;
  beforeAll(async () => {
    other = await secondHaven(haven);
  });
  afterAll(() => other?.app.close());
  beforeEach(async () => {
    client = new Client(haven.tenant, [haven, other]);
    await client.begin();
    await client.warm(1);
  });

  it('changes by the other process are read from the feed', async () => {
    const learnt = learnsOf(other, 2);
    await client.write(0, 2);
    await Promise.all([learnt, vi.waitFor(() => client.read(1), PATIENCE)]);
    expect(await client.read(1)).toMatchObject({ n: 2 });
    await client.warm(1);
    await client.rest(0, 'DELETE', RECORD);
    await vi.waitFor(async () => expect((await client.rest(1, 'GET', RECORD)).status).toBe(404), PATIENCE);
  });

  it('nothing is served from the cache while the feed cannot be read', async () => {
    vi.spyOn(feedOf(other), 'read').mockRejectedValue(new Error('The database is away.'));
    await tamper(haven);
    await vi.waitFor(async () => expect(await client.read(1)).toEqual({ n: 'tampered', age: null }), PATIENCE);
    expect(await client.read(1)).toEqual({ n: 'tampered', age: null });
    vi.restoreAllMocks();
    await client.warm(1);
  });

  it('all cached records are dropped after missed changes', async () => {
    await tamper(haven);
    vi.spyOn(feedOf(other), 'read').mockResolvedValueOnce({ lineage: 'another', head: 0, entries: [] });
    await vi.waitFor(async () => expect(await client.read(1)).toEqual({ n: 'tampered', age: null }), PATIENCE);
  });

  it('a read is not cached if the record changed in the meantime in any process', async () => {
    const reader = other.app.get<Record<'current', (...args: unknown[]) => Promise<LiveRecord | null>>>(
      RecordReader as never,
      { strict: false },
    );
    for (const writer of [0, 1]) {
      const version = await client.write(1, 'before');
      const fill = holdBack(reader, 'current');
      const overtaken = client.rest(1, 'GET', RECORD);
      await fill.reached;
      const learnt = learnsOf(other, version + 1);
      // Process 1 writes with a batch, because a single write would wait for the delayed `current`.
      const written =
        writer === 0
          ? client.write(0, 'after')
          : client.rest(1, 'POST', '/batch', {
              operations: [{ op: 'replace', collection: 'movies', id: ID, data: { n: 'after' } }],
            });
      await written;
      if (writer === 0) await learnt;
      fill.release();
      expect((await overtaken).body.data).toEqual({ n: 'before' });
      vi.restoreAllMocks();
      expect(await client.read(1)).toEqual({ n: 'after', age: null });
    }
  });

  it('an erased record is not served from the cache after the response to the erasure', async () => {
    // The other process receives no more changes.
    const stuck = vi.spyOn(feedOf(other), 'read').mockReturnValue(new Promise(() => undefined));
    expect((await client.rest(0, 'POST', ERASURE, undefined, { 'idempotency-key': 'erase' })).status).toBe(204);
    expect((await client.rest(1, 'GET', RECORD)).status).toBe(404);
    expect(stuck).toHaveBeenCalled();
  });

  it('the response to an erasure is sent after its event has been added to the feed', async () => {
    const entry = holdBack(feedOf(haven) as never, 'awaitEntry');
    const erasure = client.rest(0, 'POST', ERASURE);
    await entry.reached;
    const answered = vi.fn<(answer: ApiResponse) => void>();
    void erasure.then(answered);
    const [line] = await haven.sql(
      'SELECT version FROM haven.feed WHERE record_id = $1 AND tenant_id = $2 AND version = 2',
      [ID, haven.tenant],
    );
    expect(line).toEqual({ version: 2 });
    expect(answered).not.toHaveBeenCalled();
    entry.release();
    expect((await erasure).status).toBe(204);
  });
});

describeWith('redis', 'with a Redis', () => {
  let redis: TestRedis;
  /** Two processes. Each test has a tenant of its own, which they do not follow yet. */
  let running: Process[] = [];
  let client: Client;
  const startProcess = (): Promise<Process> =>
    secondHaven(haven, [`cache.redisUrl=${redis.url}`, 'cache.redisTimeout=10s']);
  beforeAll(async () => {
    redis = await TestRedis.start();
    running = [await startProcess(), await startProcess()];
  });
  beforeEach(async () => {
    client = new Client(haven.tenant, running);
    await client.begin();
    await client.warm(0);
    await client.warm(1); // now both processes read the tenant's feed
  });
  afterEach(() => redis.command('FLUSHALL'));
  afterAll(async () => {
    for (const { app } of running) await app.close();
    await redis?.kill();
  });

  const redisHits = (at: number) => hits(running[at]!, 'records in redis');

  /** Returns the Redis key of the record. */
  const keyOf = async (): Promise<string> => {
    const keys = (await redis.command('KEYS', `*${haven.tenant}*${ID}`)) as string[];
    expect(keys).toHaveLength(1);
    return keys[0]!;
  };

  /** Changes the record until the process, after dropping its own copy, serves it from Redis. */
  const recall = (at: number): Promise<void> =>
    vi.waitFor(async () => {
      const before = await redisHits(at);
      await client.write(1 - at, 'new');
      await client.read(1 - at);
      await client.read(at);
      expect(await redisHits(at)).toBe(before + 1);
    }, PATIENCE);

  it('a process serves a record that another has read', async () => {
    stopClock();
    await recall(1);
    await tamper(haven);
    expect(await client.read(1)).toMatchObject({ n: 'new', age: expect.any(String) });
  });

  it('a process uses only records that were read after it started to follow the changes', async () => {
    await client.read(0);
    await tamper(haven);
    const started = await startProcess();
    onTestFinished(() => started.app.close());
    const third = new Client(haven.tenant, [started]);
    await third.warm(0);
    expect(await third.read(0)).toMatchObject({ n: 'tampered' });
  });

  it('an older version replaces neither a newer one nor a version marker', async () => {
    const key = await keyOf();
    const old = String(await redis.command('GET', key));
    const version = await client.write(0, 2);
    await vi.waitFor(async () => expect(await redis.command('GET', key)).toBe(String(version)), PATIENCE);
    const shared = running[1]!.app.get(RedisRecords, { strict: false });
    const [, at] = old.split(' ');
    const copy = { version: 1, revision: 1, createdAt: '', updatedAt: '', text: '{}' };
    shared.put(key.slice('haven:cache:'.length), copy, Number(at), 3_600_000);
    await shared.get('any', 'any', 1); // waits for `put`, which uses the same connection
    expect(await redis.command('GET', key)).toBe(String(version));
    await vi.waitFor(async () => {
      await client.read(0);
      expect(await redis.command('GET', key)).toMatch(new RegExp(`^${version} .*"n": ?2`));
    }, PATIENCE);
    shared.put(key.slice('haven:cache:'.length), copy, Number(at), 3_600_000);
    await shared.get('any', 'any', 1);
    expect(await redis.command('GET', key)).toMatch(new RegExp(`^${version} `));
  });

  it('outdated or invalid values are not used', async () => {
    const key = await keyOf();
    const old = String(await redis.command('GET', key));
    await client.write(0, 2);
    await redis.command('SET', key, old);
    expect(await client.read(0)).toMatchObject({ n: 2 });
    for (const garbage of ['no record', '3', old.slice(0, -1), `9 ${old.slice(2)}x`, '\0\uffff']) {
      await client.write(0, garbage.length);
      await redis.command('SET', key, garbage);
      expect(await client.read(0), garbage).toEqual({ n: garbage.length, age: null });
    }
    await client.write(0, 'list');
    // Replaces the value in one step, because the version that this write puts in Redis can arrive from either process
    // at any time.
    await redis.command('EVAL', "redis.call('DEL', KEYS[1]) redis.call('LPUSH', KEYS[1], 'a', 'b')", '1', key);
    expect(await client.read(0)).toEqual({ n: 'list', age: null });
    await client.write(0, 'again');
    await vi.waitFor(async () => expect(await redis.command('TYPE', key)).toBe('string'), PATIENCE);
  });

  it('an erasure leaves only a version marker', async () => {
    const key = await keyOf();
    expect((await client.rest(1, 'POST', ERASURE)).status).toBe(204);
    expect(await redis.command('GET', key)).toBe('2');
    expect((await client.rest(0, 'GET', RECORD)).status).toBe(404);
  });

  it('reads continue when Redis fails, and outdated values are not used after it restarts', async () => {
    const key = await keyOf();
    const old = String(await redis.command('GET', key));
    await redis.kill();
    await client.warm(0);
    const version = await client.write(0, 2);
    expect(await client.read(0)).toMatchObject({ n: 2 });
    expect((await client.rest(0, 'POST', ERASURE)).status).toBe(204);
    await redis.start();
    await redis.command('SET', key, old);
    await vi.waitFor(async () => {
      const other = randomUUID();
      await client.rest(1, 'PUT', `/collections/movies/records/${other}`, { data: {} });
      await client.rest(1, 'GET', `/collections/movies/records/${other}`);
      expect(await redis.command('KEYS', `*${other}`), 'it is used again').toHaveLength(1);
    }, PATIENCE);
    for (const at of [0, 1]) expect((await client.rest(at, 'GET', RECORD)).status).toBe(404);
    expect(version).toBe(2);
  });
});

describe('an upgrade', () => {
  const haven = startHaven();

  it('disables cacheRecords, which older processes still read', async () => {
    const client = new Client(haven.tenant, [haven]);
    await client.rest(0, 'PUT', '/collections/movies', {});
    const migration = new CacheMaxAge1764320000000();
    const runner = { query: (text: string) => haven.sql(text) };
    await migration.down(runner as never);
    await haven.sql('UPDATE haven.collections SET cache_records = true WHERE tenant_id = $1', [haven.tenant]);
    await migration.up(runner as never);
    const settings = await haven.sql(
      'SELECT cache_records, cache_changed_at IS NOT NULL AS settles, cache FROM haven.collections WHERE tenant_id = $1',
      [haven.tenant],
    );
    expect(settings).toEqual([{ cache_records: false, settles: true, cache: null }]);
    expect((await client.rest(0, 'GET', '/collections/movies')).body.cache).toBeNull();
  });
});
