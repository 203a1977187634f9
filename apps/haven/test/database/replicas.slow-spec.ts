import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { createApp } from '../../src/app.js';
import { startCluster } from '../support/cluster.js';
import type { Cluster } from '../support/cluster.js';
import { testConfig } from '../support/haven.js';
import { TestReplica } from '../support/replica.js';

/**
 * How long and how often to check for an effect. It can take a while, because an instance polls the position of a
 * replica only once a second.
 */
const PATIENCE = { timeout: 60_000, interval: 20 };

/** A maximum lag that is long enough for Haven to read a paused replica during the whole test. */
const LONG = '30m';

let cluster: Cluster;
let replica: TestReplica;
let running: NestFastifyApplication[] = [];

beforeAll(async () => {
  cluster = await startCluster();
  replica = await TestReplica.start(cluster);
});

afterAll(async () => {
  await replica?.stop();
  await cluster?.stop();
});

afterEach(async () => {
  for (const app of running) await app.close();
  running = [];
});

/** One of several instances of Haven. It learns of writes by the others only from the database. */
class Instance {
  constructor(private readonly url: string) {}

  static async start(maxLag: string, replicaUrls = replica.url): Promise<Instance> {
    const url = cluster.url();
    const settings = [`database.url=${url}`, `database.replicaUrls=${replicaUrls}`, `database.replicaMaxLag=${maxLag}`];
    const app = await createApp(testConfig(settings), { url });
    running.push(app);
    await app.listen(0, '127.0.0.1');
    return new Instance(`http://127.0.0.1:${(app.getHttpServer().address() as { port: number }).port}`);
  }

  /** Writes `n` and returns the position of the write in the WAL. */
  async write(id: string, n: number): Promise<string> {
    const response = await this.ask('PUT', `/api/v1/collections/movies/records/${id}`, { data: { n } });
    expect(response.ok).toBe(true);
    return response.headers.get('haven-position') ?? '';
  }

  /** Reads the record; returns its `n` and the position in the WAL that it was read at. */
  async read(id: string, headers: Record<string, string> = {}): Promise<{ n: number; position: string }> {
    const response = await this.ask('GET', `/api/v1/collections/movies/records/${id}`, undefined, headers);
    expect(response.status).toBe(200);
    const { data } = (await response.json()) as { data: { n: number } };
    return { n: data.n, position: response.headers.get('haven-position') ?? '' };
  }

  ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.url}${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    });
  }
}

const ID = '0197a000-0000-7000-8000-000000000001';
const OTHER = '0197a000-0000-7000-8000-000000000002';

describe('with a replica that has stopped replaying', () => {
  let here: Instance;
  let there: Instance;
  let token: string;

  beforeEach(async () => {
    here = await Instance.start(LONG);
    there = await Instance.start(LONG);
    await here.ask('PUT', '/api/v1/collections/movies', {});
    await here.write(ID, 1);
    await replica.pause();
    token = await here.write(ID, 2);
  });

  afterEach(() => replica.resume());

  it('reads its own writes in the same process, while another process reads the replica', async () => {
    expect(await here.read(ID)).toMatchObject({ n: 2 });
    await vi.waitFor(async () => expect(await there.read(ID)).toMatchObject({ n: 1 }), PATIENCE);
  });

  it('reads its own writes in any process if the client sends its position', async () => {
    const { n, position } = await there.read(ID, { 'haven-position': token });
    expect(n).toBe(2);
    expect(await there.read(ID, { 'haven-position': position }), 'and never goes back').toMatchObject({ n: 2 });
    await vi.waitFor(async () => expect(await there.read(ID), 'others').toMatchObject({ n: 1 }), PATIENCE);
  });

  it('does the same over GraphQL, and for lists and counts', async () => {
    const query = '{ records(collection: "movies") { totalCount edges { node { data } } } }';
    const graphql = async (headers: Record<string, string>): Promise<unknown> =>
      ((await (await there.ask('POST', '/graphql', { query }, headers)).json()) as { data: unknown }).data;
    const list = async (headers: Record<string, string>): Promise<unknown> =>
      (
        await there.ask(
          'GET',
          '/api/v1/collections/movies/records?count=exact&filter=%7B%22n%22%3A2%7D',
          undefined,
          headers,
        )
      ).json();
    expect(await graphql({ 'haven-position': token })).toMatchObject({
      records: { edges: [{ node: { data: { n: 2 } } }] },
    });
    await vi.waitFor(
      async () => expect(await graphql({})).toMatchObject({ records: { edges: [{ node: { data: { n: 1 } } }] } }),
      PATIENCE,
    );
    expect(await list({ 'haven-position': token })).toMatchObject({ total: 1, items: [{ data: { n: 2 } }] });
    await vi.waitFor(async () => expect(await list({})).toMatchObject({ total: 0, items: [] }), PATIENCE);
    const aggregate = async (headers: Record<string, string>): Promise<unknown> => {
      const body = { compute: { sum: { sum: 'n' } } };
      return (await there.ask('POST', '/api/v1/collections/movies/aggregate', body, headers)).json();
    };
    expect(await aggregate({ 'haven-position': token })).toMatchObject({ groups: [{ values: { sum: 2 } }] });
    await vi.waitFor(
      async () => expect(await aggregate({})).toMatchObject({ groups: [{ values: { sum: 1 } }] }),
      PATIENCE,
    );
  });

  it('reads the primary for conditional requests and for writes', async () => {
    const known = { 'if-none-match': '"1"' };
    expect(await there.read(ID, known)).toMatchObject({ n: 2 });
    const patch = { data: { n: 1 } };
    const response = await there.ask('PATCH', `/api/v1/collections/movies/records/${ID}`, patch);
    expect(await response.json(), 'it would change nothing of what the replica has').toMatchObject({ data: { n: 1 } });
    const [row] = (await cluster.owner.query(`SELECT data FROM haven.records WHERE id = '${ID}'`)).rows;
    expect(row).toEqual({ data: { n: 1 } });
  });

  it('does not fill the cache from the replica', async () => {
    await here.ask('PUT', '/api/v1/collections/movies', { cache: { maxAge: '1m' } });
    await vi.waitFor(async () => {
      const response = await there.ask('GET', `/api/v1/collections/movies/records/${ID}`);
      expect(response.headers.get('age')).not.toBeNull();
      expect(await response.json()).toMatchObject({ data: { n: 2 } });
    }, PATIENCE);
  });

  it('reads the replica if the position of the client is already replayed', async () => {
    await replica.resume();
    const { n, position } = await there.read(ID, { 'haven-position': token });
    expect(n).toBe(2);
    await here.write(OTHER, 0); // flushes the WAL up to the position that the primary returned, so that it is replayed
    await replica.pause();
    await here.write(ID, 3);
    const seen = () => there.read(ID, { 'haven-position': position });
    await vi.waitFor(async () => expect(await seen()).toMatchObject({ n: 2 }), PATIENCE);
  });

  it('reads the primary if the replica lags too much', async () => {
    const strict = await Instance.start('200ms');
    await vi.waitFor(async () => expect(await strict.read(ID)).toMatchObject({ n: 2 }), PATIENCE);
    const written = await here.write(ID, 4);
    expect(written).not.toBe('');
    await vi.waitFor(async () => expect(await strict.read(ID)).toMatchObject({ n: 4 }), PATIENCE);
  });
});

it('uses the primary when a replica fails, and uses the replica again when it is back', async () => {
  const here = await Instance.start(LONG);
  await here.ask('PUT', '/api/v1/collections/movies', {});
  await here.write(ID, 5);
  const there = await Instance.start(LONG);
  await replica.kill();
  for (let i = 0; i < 20; i++) expect(await there.read(ID)).toMatchObject({ n: 5 });

  await replica.restart();
  await replica.pause();
  await here.write(ID, 6);
  await vi.waitFor(async () => expect(await there.read(ID)).toMatchObject({ n: 5 }), PATIENCE);
  await replica.resume();
});

describe('rejects', () => {
  it('a replica that is the primary, or that does not isolate tenants, at start', async () => {
    await expect(Instance.start(LONG, cluster.url())).rejects.toThrow('Replica 1 is not a replica: it accepts writes.');
    await cluster.owner.query('ALTER ROLE haven_runtime BYPASSRLS');
    await replica.resume();
    await expect(Instance.start(LONG)).rejects.toThrow(/^Replica 1 does not isolate tenants. The role haven_runtime/);
    await cluster.owner.query('ALTER ROLE haven_runtime NOBYPASSRLS');
    await replica.resume();
  });

  it('an invalid position', async () => {
    const here = await Instance.start(LONG);
    const response = await here.ask('GET', '/api/v1/collections', undefined, { 'haven-position': 'yesterday' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'MALFORMED_REQUEST' });
  });
});
