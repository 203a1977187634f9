import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { createApp } from '../../src/app.js';
import { startCluster } from '../support/cluster.js';
import type { Cluster } from '../support/cluster.js';
import { testConfig } from '../support/haven.js';
import { TestReplica } from '../support/replica.js';

/** An instance finds out within a second how far a replica has come. */
const PATIENCE = { timeout: 60_000, interval: 20 };

/** So long that a paused replica is still read. */
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

/** One Haven of several: what others have written it knows from the database alone. */
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

  /** Writes `n` and answers where in the log that is. */
  async write(id: string, n: number): Promise<string> {
    const answer = await this.ask('PUT', `/api/v1/collections/movies/records/${id}`, { data: { n } });
    expect(answer.ok).toBe(true);
    return answer.headers.get('haven-position') ?? '';
  }

  /** What it answers for the record, and where in the log that is. */
  async read(id: string, headers: Record<string, string> = {}): Promise<{ n: number; position: string }> {
    const answer = await this.ask('GET', `/api/v1/collections/movies/records/${id}`, undefined, headers);
    expect(answer.status).toBe(200);
    const { data } = (await answer.json()) as { data: { n: number } };
    return { n: data.n, position: answer.headers.get('haven-position') ?? '' };
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

  it('reads one’s own writes in the same process, and another process reads the replica', async () => {
    expect(await here.read(ID)).toMatchObject({ n: 2 });
    await vi.waitFor(async () => expect(await there.read(ID)).toMatchObject({ n: 1 }), PATIENCE);
  });

  it('reads one’s own writes in any process when the client says how far it has seen', async () => {
    const { n, position } = await there.read(ID, { 'haven-position': token });
    expect(n).toBe(2);
    expect(await there.read(ID, { 'haven-position': position }), 'and never goes back').toMatchObject({ n: 2 });
    await vi.waitFor(async () => expect(await there.read(ID), 'others').toMatchObject({ n: 1 }), PATIENCE);
  });

  it('says the same over GraphQL, and of lists and counts', async () => {
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
  });

  it('shows the latest to whoever knows a version, and decides no write by what is old', async () => {
    const known = { 'if-none-match': '"1"' };
    expect(await there.read(ID, known)).toMatchObject({ n: 2 });
    const patch = { data: { n: 1 } };
    const answer = await there.ask('PATCH', `/api/v1/collections/movies/records/${ID}`, patch);
    expect(await answer.json(), 'it would change nothing of what the replica has').toMatchObject({ data: { n: 1 } });
    const [row] = (await cluster.owner.query(`SELECT data FROM haven.records WHERE id = '${ID}'`)).rows;
    expect(row).toEqual({ data: { n: 1 } });
  });

  it('does not fill the cache', async () => {
    await here.ask('PUT', '/api/v1/collections/movies', { cache: { maxAge: '1m' } });
    await vi.waitFor(async () => {
      const answer = await there.ask('GET', `/api/v1/collections/movies/records/${ID}`);
      expect(answer.headers.get('age')).not.toBeNull();
      expect(await answer.json()).toMatchObject({ data: { n: 2 } });
    }, PATIENCE);
  });

  it('is read by whoever has seen no more than it has', async () => {
    await replica.resume();
    const { n, position } = await there.read(ID, { 'haven-position': token });
    expect(n).toBe(2);
    await here.write(OTHER, 0); // what the primary had said is flushed by this, and replayed
    await replica.pause();
    await here.write(ID, 3);
    const seen = () => there.read(ID, { 'haven-position': position });
    await vi.waitFor(async () => expect(await seen()).toMatchObject({ n: 2 }), PATIENCE);
  });

  it('is not read once it lags too much', async () => {
    const strict = await Instance.start('200ms');
    await vi.waitFor(async () => expect(await strict.read(ID)).toMatchObject({ n: 2 }), PATIENCE);
    const written = await here.write(ID, 4);
    expect(written).not.toBe('');
    await vi.waitFor(async () => expect(await strict.read(ID)).toMatchObject({ n: 4 }), PATIENCE);
  });
});

it('goes on with the primary when a replica is lost, and takes it up again', async () => {
  const here = await Instance.start(LONG);
  await here.ask('PUT', '/api/v1/collections/movies', {});
  await here.write(ID, 5);
  const there = await Instance.start(LONG);
  await replica.kill();
  for (let i = 0; i < 20; i++) expect(await there.read(ID)).toMatchObject({ n: 5 });

  await replica.startAgain();
  await replica.pause();
  await here.write(ID, 6);
  await vi.waitFor(async () => expect(await there.read(ID)).toMatchObject({ n: 5 }), PATIENCE);
  await replica.resume();
});

describe('refuses', () => {
  it('to start with a replica that is the primary, or would not keep tenants apart', async () => {
    await expect(Instance.start(LONG, cluster.url())).rejects.toThrow('Replica 1 is no replica: it takes writes.');
    await cluster.owner.query('ALTER ROLE haven_runtime BYPASSRLS');
    await replica.resume();
    await expect(Instance.start(LONG)).rejects.toThrow(
      /^Replica 1 would not keep tenants apart. The role haven_runtime/,
    );
    await cluster.owner.query('ALTER ROLE haven_runtime NOBYPASSRLS');
    await replica.resume();
  });

  it('a position that is none', async () => {
    const here = await Instance.start(LONG);
    const answer = await here.ask('GET', '/api/v1/collections', undefined, { 'haven-position': 'yesterday' });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'MALFORMED_REQUEST' });
  });
});
