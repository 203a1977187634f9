import { randomUUID } from 'node:crypto';

import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { secondHaven, startHaven } from '../support/haven.js';
import type { Answer, Haven } from '../support/haven.js';
import { parseExposition } from '../support/prometheus.js';
import { randomFrom } from '../support/random.js';
import { describeWith } from '../support/programs.js';
import { TestRedis } from '../support/redis.js';

const ID = '0197a000-0000-7000-8000-000000000001';
const PATIENCE = { timeout: 20_000, interval: 10 };

/** One Haven of several, and a client that says to each what it was told by any. */
class Client {
  position: string | undefined;

  constructor(
    private readonly tenant: string,
    private readonly urls: readonly string[],
  ) {}

  async ask(
    at: number,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const answer = await fetch(`${this.urls[at]}${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      headers: {
        'x-test-tenant': this.tenant,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(this.position !== undefined && { 'haven-position': this.position }),
        ...headers,
      },
    });
    const position = answer.headers.get('haven-position') ?? '';
    if (position > (this.position ?? '')) this.position = position;
    const text = await answer.text();
    const isJson =
      answer.headers.get('content-type')?.includes('json') && !answer.headers.get('content-type')?.includes('ndjson');
    return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
  }

  /** Makes a collection whose records are remembered, and lets it be long since. */
  async remember(haven: Haven, name = 'movies'): Promise<void> {
    await this.ask(0, 'POST', '/api/v1/collections', { name, cacheRecords: true });
    await settle(haven);
  }

  async write(at: number, n: number, id = ID): Promise<number> {
    const { status, body } = await this.ask(at, 'PUT', record(id), { data: { n } });
    expect([200, 201]).toContain(status);
    return body.version;
  }

  async read(at: number, id = ID, headers?: Record<string, string>): Promise<number> {
    const { status, body } = await this.ask(at, 'GET', record(id), undefined, headers);
    expect(status).toBe(200);
    return body.version;
  }

  async readByGraphql(at: number, id = ID): Promise<number> {
    const query = `{ record(collection: "movies", id: "${id}") { version } }`;
    return (await this.ask(at, 'POST', '/graphql', { query })).body.data.record.version;
  }
}

function record(id: string): string {
  return `/api/v1/collections/movies/records/${id}`;
}

/** What was chosen about collections was chosen so long ago that every process knows it. */
async function settle(haven: Haven): Promise<void> {
  await haven.sql(
    "UPDATE haven.collections SET cache_changed_at = cache_changed_at - interval '1 hour' WHERE tenant_id = $1",
    [haven.tenant],
  );
}

/** How many reads were answered from memory, or by Redis. */
async function hits(url: string, name = 'records'): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return parseExposition(text).value('haven_cache_lookups_total', {
    haven_cache_name: name,
    haven_cache_result: 'hit',
  });
}

/** What is behind the memory now says something else, and no event tells of it. */
async function tamper(haven: Haven): Promise<void> {
  await haven.sql(`UPDATE haven.records SET data = '{"n":"tampered"}' WHERE tenant_id = $1`, [haven.tenant]);
}

/** Reads until an answer comes from the memory of the process. */
function warm(client: Client, url: string, at: number): Promise<void> {
  return vi.waitFor(async () => {
    const before = await hits(url);
    await client.read(at);
    expect(await hits(url)).toBe(before + 1);
  }, PATIENCE);
}

describe('a collection that caches records', () => {
  const haven = startHaven();
  let client: Client;
  beforeEach(async () => {
    client = new Client(haven.tenant, [haven.url]);
    await client.remember(haven);
    await client.write(0, 1);
    await warm(client, haven.url, 0);
  });

  it('answers from memory, the same at both doors', async () => {
    const { body, headers } = await client.ask(0, 'GET', record(ID));
    const before = await hits(haven.url);
    await tamper(haven);
    expect((await client.ask(0, 'GET', record(ID))).body).toEqual(body);
    const query = `{ record(collection: "movies", id: "${ID}") { id version data createdAt updatedAt } }`;
    const answer = await client.ask(0, 'POST', '/graphql', { query });
    expect(body).toMatchObject(answer.body.data.record);
    const known = { 'if-none-match': headers.get('etag') ?? '', 'cache-control': 'max-age=0' }; // else fetch asks for the latest
    expect((await client.ask(0, 'GET', record(ID), undefined, known)).status).toBe(304);
    expect((await client.ask(0, 'GET', `${record(ID)}?fields=other`)).body.data).toEqual({});
    expect((await client.ask(0, 'GET', record(ID))).body, 'what was left out for one is there for the next').toEqual(
      body,
    );
    expect(await hits(haven.url)).toBe(before + 5);
  });

  it('is remembered for its tenant alone', async () => {
    const tenant = haven.tenant;
    haven.tenant = randomUUID();
    const other = new Client(haven.tenant, [haven.url]);
    await other.remember(haven);
    other.position = client.position;
    expect((await other.ask(0, 'GET', record(ID))).status).toBe(404);
    await other.ask(0, 'PUT', record(ID), { data: { n: 'theirs' } });
    await warm(other, haven.url, 0);
    expect((await other.ask(0, 'GET', record(ID))).body.data).toEqual({ n: 'theirs' });
    haven.tenant = tenant;
    expect((await client.ask(0, 'GET', record(ID))).body.data).toEqual({ n: 1 });
  });

  it('goes on saying where the log is when it is deleted right after it was switched off', async () => {
    await client.ask(0, 'PATCH', '/api/v1/collections/movies', { cacheRecords: false });
    const other = new Client(haven.tenant, [haven.url]);
    await other.ask(0, 'DELETE', '/api/v1/collections/movies?cascade=true');
    expect(other.position).toBeDefined();
  });

  it.each<[string, (ask: Client['ask']) => Promise<Answer>]>([
    ['replaced', (ask) => ask(0, 'PUT', record(ID), { data: { n: 2 } })],
    [
      'patched',
      (ask) => ask(0, 'PATCH', record(ID), { data: { n: 2 } }, { 'content-type': 'application/merge-patch+json' }),
    ],
    [
      'changed in a batch',
      (ask) =>
        ask(0, 'POST', '/api/v1/batch', {
          operations: [{ op: 'replace', collection: 'movies', id: ID, data: { n: 2 } }],
        }),
    ],
    [
      'changed over GraphQL',
      (ask) =>
        ask(0, 'POST', '/graphql', {
          query: `mutation { replaceRecord(collection: "movies", id: "${ID}", data: { n: 2 }) { version } }`,
        }),
    ],
    [
      'changed with an idempotency key',
      (ask) => ask(0, 'PUT', record(ID), { data: { n: 2 } }, { 'idempotency-key': 'one' }),
    ],
    [
      'imported',
      (ask) =>
        ask(
          0,
          'POST',
          '/api/v1/collections/movies/import?shape=record',
          { id: ID, data: { n: 2 } },
          { 'content-type': 'application/x-ndjson' },
        ),
    ],
  ])('shows a record that was %s', async (_, change) => {
    const { status, body } = await change(client.ask.bind(client));
    expect(status, JSON.stringify(body)).toBeLessThan(300);
    if (body.data) expect(body.errors).toBeUndefined();
    expect((await client.ask(0, 'GET', record(ID))).body).toMatchObject({ version: 2, data: { n: 2 } });
  });

  it.each<[string, (ask: Client['ask']) => Promise<Answer>]>([
    ['deleted', (ask) => ask(0, 'DELETE', record(ID))],
    ['erased', (ask) => ask(0, 'POST', `${record(ID)}/erase`)],
    ['deleted with its collection', (ask) => ask(0, 'DELETE', '/api/v1/collections/movies?cascade=true')],
  ])('does not show a record that was %s', async (_, change) => {
    const { status, body } = await change(client.ask.bind(client));
    expect(status, JSON.stringify(body)).toBeLessThan(300);
    expect((await client.ask(0, 'GET', record(ID))).status).toBe(404);
  });

  it.each<[string, (ask: Client['ask']) => Promise<Answer>]>([
    ['a page of the feed', (ask) => ask(0, 'GET', '/api/v1/changes')],
    ['a list', (ask) => ask(0, 'GET', '/api/v1/collections/movies/records')],
    ['a count', (ask) => ask(0, 'GET', '/api/v1/collections/movies/records?count=exact')],
    ['its history', (ask) => ask(0, 'GET', `${record(ID)}/history`)],
    ['one version of it', (ask) => ask(0, 'GET', `${record(ID)}/history/2`)],
    [
      'an export of nothing',
      (ask) => ask(0, 'GET', `/api/v1/collections/movies/export?filter=${encodeURIComponent('{"n":9}')}`),
    ],
    [
      'a document of several fields',
      (ask) =>
        ask(0, 'POST', '/graphql', {
          query: `{ collection(name: "movies") { name } record(collection: "movies", id: "${ID}") { version history { totalCount } } }`,
        }),
    ],
    ['an export', (ask) => ask(0, 'GET', '/api/v1/collections/movies/export')],
    [
      'a query over GraphQL',
      (ask) =>
        ask(0, 'POST', '/graphql', { query: '{ records(collection: "movies") { edges { node { version } } } }' }),
    ],
    ['a refusal', (ask) => ask(0, 'PUT', record(ID), { data: {} }, { 'if-match': '"1"' })],
    [
      'a refusal of a batch',
      (ask) =>
        ask(0, 'POST', '/api/v1/batch', {
          operations: [{ op: 'delete', collection: 'movies', id: ID, expectedVersion: 1 }],
        }),
    ],
    ['the answer to a retry', (ask) => ask(0, 'PUT', record(ID), { data: { n: 2 } }, { 'idempotency-key': 'again' })],
  ])('says in %s where the log is that it tells of', async (_, tell) => {
    const other = new Client(haven.tenant, [haven.url]);
    await other.ask(0, 'PUT', record(ID), { data: { n: 2 } }, { 'idempotency-key': 'again' });
    const written = other.position ?? '';
    await tell(client.ask.bind(client));
    expect((client.position ?? '') >= written).toBe(true);
    expect(await client.read(0)).toBe(2);
  });

  it('says so where it is told that there is none any more', async () => {
    const other = new Client(haven.tenant, [haven.url]);
    await other.ask(0, 'DELETE', '/api/v1/collections/movies?cascade=true');
    expect((await client.ask(0, 'GET', '/api/v1/collections/movies/records')).status).toBe(404);
    expect((client.position ?? '') >= (other.position ?? '-')).toBe(true);
  });

  it('shows the past as it was', async () => {
    await client.write(0, 2);
    expect((await client.ask(0, 'GET', `${record(ID)}/history/1`)).body.data).toEqual({ n: 1 });
  });

  it('is not remembered before every process knows that it may be', async () => {
    await client.ask(0, 'POST', '/api/v1/collections', { name: 'fresh', cacheRecords: true });
    const path = `/api/v1/collections/fresh/records/${ID}`;
    await client.ask(0, 'PUT', path, { data: {} });
    const before = await hits(haven.url);
    for (let n = 0; n < 5; n++) await client.ask(0, 'GET', path);
    expect(await hits(haven.url)).toBe(before);
  });

  it('goes on saying where the log is when it caches no more', async () => {
    await client.ask(0, 'PATCH', '/api/v1/collections/movies', { cacheRecords: false });
    const other = new Client(haven.tenant, [haven.url]);
    await other.write(0, 2);
    expect(other.position).toBeDefined();
  });

  it('is asked itself once it caches no more', async () => {
    await client.ask(0, 'PATCH', '/api/v1/collections/movies', { cacheRecords: false });
    await tamper(haven);
    await vi.waitFor(
      async () => expect((await client.ask(0, 'GET', record(ID))).body.data).toEqual({ n: 'tampered' }),
      PATIENCE,
    );
  });
});

describe('a collection that does not', () => {
  const haven = startHaven();

  it('tells no positions', async () => {
    const client = new Client(haven.tenant, [haven.url]);
    await client.ask(0, 'POST', '/api/v1/collections', { name: 'movies' });
    await client.write(0, 1);
    await client.read(0);
    expect(client.position).toBeUndefined();
  });
});

describe('without memory for it', () => {
  const haven = startHaven(['cache.memory=0']);

  it('a collection that caches records works the same', async () => {
    const client = new Client(haven.tenant, [haven.url]);
    await client.remember(haven);
    expect(await client.read(0, ID).catch(() => 0)).toBe(0);
    expect(await client.write(0, 1)).toBe(await client.read(0));
  });
});

describe('one process of several', () => {
  const haven = startHaven();
  let other: { app: NestFastifyApplication; url: string };
  let client: Client;

  beforeAll(async () => {
    other = await secondHaven(haven);
  });
  afterAll(async () => {
    await other?.app.close();
  });
  beforeEach(async () => {
    client = new Client(haven.tenant, urls());
    await client.remember(haven);
    await client.write(0, 1);
  });

  const urls = (): string[] => [haven.url, other.url];

  it('answers from memory whoever says what he was told', async () => {
    await warm(client, other.url, 1);
    await tamper(haven);
    const { body } = await client.ask(1, 'GET', record(ID));
    expect(body.data).toEqual({ n: 1 });
    expect(await client.readByGraphql(1)).toBe(1);
  });

  it('reads for whoever does not say, and for whoever asks for the latest', async () => {
    await warm(client, other.url, 1);
    const before = await hits(other.url);
    const stranger = new Client(haven.tenant, urls());
    await stranger.read(1);
    expect(stranger.position, 'from now on he can say').toMatch(/^[0-9A-F]{8}\/[0-9A-F]{8}$/);
    await client.read(1, ID, { 'cache-control': 'max-age=0, no-cache' });
    expect(await hits(other.url)).toBe(before);
  });

  it('shows what the client was told by another, at once', async () => {
    for (let n = 2; n < 60; n++) {
      if (n % 3 === 0) await warm(client, other.url, 1);
      const version = await client.write(0, n);
      expect(n % 2 ? await client.read(1) : await client.readByGraphql(1)).toBe(version);
    }
  });

  it('hears from the feed of what others have changed, for those who were not told', async () => {
    await warm(client, other.url, 1);
    await new Client(haven.tenant, [haven.url]).write(0, 2);
    await vi.waitFor(async () => expect(await client.read(1)).toBe(2), PATIENCE);
    await warm(client, other.url, 1);
    await client.ask(0, 'DELETE', record(ID));
    expect((await client.ask(1, 'GET', record(ID))).status).toBe(404);
  });

  it('never shows a client less than it was told, whoever writes where', async () => {
    const random = randomFrom(11);
    const run = async (): Promise<void> => {
      const one = new Client(haven.tenant, urls());
      let told = 1;
      for (let step = 0; step < 80; step++) {
        const at = random() < 0.5 ? 0 : 1;
        const version = random() < 0.1 ? await one.write(at, step) : await one.read(at);
        expect(version).toBeGreaterThanOrEqual(told);
        told = version;
      }
    };
    const before = (await hits(haven.url)) + (await hits(other.url));
    await Promise.all(Array.from({ length: 6 }, run));
    expect((await hits(haven.url)) + (await hits(other.url)), 'and some of it came from memory').toBeGreaterThan(
      before,
    );
  });
});

describeWith('redis', 'several processes with a Redis', () => {
  let redis: TestRedis;
  const haven = startHaven();
  let running: NestFastifyApplication[] = [];
  beforeAll(async () => {
    redis = await TestRedis.start();
  });
  afterEach(async () => {
    for (const app of running) await app.close();
    running = [];
  });
  afterAll(() => redis?.kill());

  const start = async (): Promise<string> => {
    const { app, url } = await secondHaven(haven, [`cache.redisUrl=${redis.url}`]);
    running.push(app);
    return url;
  };

  /** Two processes and one record. */
  const two = async (): Promise<{ client: Client; urls: [string, string] }> => {
    const urls: [string, string] = [await start(), await start()];
    const client = new Client(haven.tenant, urls);
    await client.remember(haven);
    await client.write(0, 1);
    return { client, urls };
  };

  const until = (url: string, name: string, read: () => Promise<unknown>): Promise<void> =>
    vi.waitFor(async () => {
      const before = await hits(url, name);
      await read();
      expect(await hits(url, name)).toBeGreaterThan(before);
    }, PATIENCE);

  /** Puts the record there as somebody has read it; answers what it is called there, and what it is there. */
  const plant = async (client: Client): Promise<[key: string, value: string]> => {
    const [other, value] = await vi.waitFor(async () => {
      const id = randomUUID(); // another each time: one that has changed of late does not stay
      await client.write(0, 1, id);
      await client.read(0, id);
      await client.read(0, id);
      const [key = ''] = (await redis.command('KEYS', `*${haven.tenant}*`)) as string[];
      const found = await redis.command('GET', key);
      expect(found).toBeTypeOf('string');
      return [key, String(found)] as const;
    }, PATIENCE);
    const key = other.slice(0, -ID.length) + ID;
    await redis.command('SET', key, value);
    return [key, value];
  };

  it('share what one has read', async () => {
    const { client, urls } = await two();
    const ids = Array.from({ length: 50 }, (_, index) => ID.slice(0, -2) + String(index + 10));
    for (const id of ids) await client.write(0, 1, id);
    for (const id of ids) await until(urls[0], 'records', () => client.read(0, id));
    await until(urls[1], 'records', () => client.read(1)); // it has looked around, and has read none of them
    await tamper(haven);
    await vi.waitFor(async () => {
      const before = await hits(urls[1], 'records in redis');
      const { body } = await client.ask(1, 'GET', record(ids.pop() ?? ''));
      expect(await hits(urls[1], 'records in redis')).toBe(before + 1);
      expect(body.data).toEqual({ n: 1 });
    }, PATIENCE);
  });

  it('believe nothing of it that has changed since', async () => {
    const { client } = await two();
    const [key, old] = await plant(client);
    const version = await client.write(0, 2);
    for (let n = 0; n < 40; n++) {
      await redis.command('SET', key, old);
      expect(await client.read(n % 2)).toBe(version);
    }
    await redis.command('SET', key, 'no record');
    expect(await client.read(0)).toBe(version);
  });

  it('leave nothing in it of what was erased, whoever has read it', async () => {
    const { client } = await two();
    const [key] = await plant(client);
    expect((await client.ask(1, 'POST', `${record(ID)}/erase`)).status).toBeLessThan(300);
    await vi.waitFor(async () => expect(await redis.command('EXISTS', key)).toBe(0), PATIENCE);
    expect((await client.ask(0, 'GET', record(ID))).status).toBe(404);
  });

  it('go on without it when it dies, and with it when it is back', async () => {
    const { client, urls } = await two();
    await until(urls[1], 'records', () => client.read(1));
    await redis.kill();
    for (let n = 2; n < 12; n++) {
      const version = await client.write(n % 2, n);
      expect(await client.read((n + 1) % 2)).toBe(version);
    }
    await until(urls[0], 'records', () => client.read(0));
    await redis.start();
    const version = await client.write(0, 99);
    expect(await client.read(1)).toBe(version);
  });
});
