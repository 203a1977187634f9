import { readFile } from 'node:fs/promises';

import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { migrate } from '@haven/database';

import { createApp } from '../../src/app.js';
import { migrations } from '../../src/migrations/index.js';
import { dropOldIndexes } from '../../src/old-indexes.js';
import { verify } from '../../src/verify.js';
import { testConfig } from '../support/haven.js';
import { at } from '../support/process.js';
import { openTestDatabase } from '../support/test-database.js';
import type { TestDatabase } from '../support/test-database.js';
import { startReceiver } from '../support/webhook-receiver.js';
import type { Receiver } from '../support/webhook-receiver.js';

/** A request that a client of the release sent, with its response. */
interface Exchange {
  name: string;
  key: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: unknown;
  status: number;
  etag?: string;
  response: any;
}

/** The directory to which `tools/record-release.ts` writes. */
const directory = 'apps/haven/test/released';
const released = JSON.parse(await readFile(`${directory}/clients.json`, 'utf8'));
const reads: Exchange[] = released.reads;
const retries: Exchange[] = released.retries;

let database: TestDatabase;
let receiver: Receiver;
let app: NestFastifyApplication;
let origin: string;
let migrated: string[];

beforeAll(async () => {
  receiver = await startReceiver();
  await receiver.setSecret('/haven', released.webhook.secret);
  database = await openTestDatabase('template0');
  await migrate(database.address, releasedMigrations());
  await database.owner.query(await readFile(`${directory}/rows.sql`, 'utf8'));
  // The time passes that `idempotency.keepFor` allows, and the receiver moves.
  await database.owner.query('UPDATE haven.idempotency_keys SET at = now()');
  await database.owner.query('UPDATE haven.webhooks SET url = $1', [receiver.url('/haven')]);

  migrated = await migrate(database.address, migrations);
  const settings = ['auth.open=false', `auth.operatorKey=${released.keys.operator}`];
  app = await createApp(testConfig(settings), database.address);
  await app.listen(0, '127.0.0.1');
  origin = `http://127.0.0.1:${(app.getHttpServer().address() as { port: number }).port}`;
});
afterAll(async () => {
  await app?.close();
  await database?.drop();
  await receiver?.stop();
});

/** Returns the migrations that the release contained. */
function releasedMigrations(): typeof migrations {
  const names = migrations.map((migration) => new migration().name);
  const last = names.indexOf(released.migration);
  expect(last, `${released.migration} must be one of ${names.join(', ')}`).toBeGreaterThanOrEqual(0);
  return migrations.slice(0, last + 1);
}

async function send({ key, method, path, headers, body }: Omit<Exchange, 'name' | 'status' | 'response'>) {
  const response = await fetch(origin + path, {
    method,
    headers: {
      authorization: `Bearer ${released.keys[key]}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
}

const asShop = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
  (await send({ key: 'shop', method, path: `/api/v1${path}`, headers, body })).body;

const asShopGraphql = async (query: string, variables: object) =>
  (await send({ key: 'shop', method: 'POST', path: '/graphql', headers: {}, body: { query, variables } })).body;

/** Expects the response that the release gave, except for additional members, and entity tags where it had none. */
async function expectSameResponse(exchange: Exchange): Promise<void> {
  const { status, headers, body } = await send(exchange);
  expect(status, JSON.stringify(body)).toBe(exchange.status);
  if (exchange.etag !== undefined) expect(headers.get('etag')).toBe(exchange.etag);
  if (exchange.response === null) expect(body).toBeNull();
  else expect(body).toMatchObject(exchange.response);
}

describe(`after an upgrade from ${released.version} (${released.migration})`, () => {
  it('has run the new migrations, and only these', () => {
    const all = migrations.map((migration) => new migration().name);
    expect([...releasedMigrations().map((migration) => new migration().name), ...migrated]).toEqual(all);
  });

  it('finds the rows, events, hashes and checkpoints consistent, with the checkpoint that an auditor exported', async () => {
    const config = testConfig([`database.url=${at(database.address).DATABASE_URL}`]);
    const options = { tenant: released.tenant, audit: true, exported: [released.checkpoint] };
    expect(await verify(config, options)).toMatchObject({ sound: true });
  });

  it('builds the indexes that the release had declared', async () => {
    await vi.waitFor(async () => {
      expect((await asShop('GET', '/collections/films')).indexes).toMatchObject([{ path: 'year', state: 'ready' }]);
    });
    const config = testConfig([`database.url=${at(database.address).DATABASE_URL}`]);
    const options = { tenant: released.tenant, audit: false, exported: [] };
    expect(await verify(config, options)).toMatchObject({ sound: true });
  });

  it('keeps the indexes of the release while an index is being built, and drops them afterwards', async () => {
    const { owner } = database;
    await owner.query('CREATE INDEX records_c1_0123456789abcdef ON haven.records (id) WHERE collection_id = 1');
    const setState = (state: string) =>
      owner.query(
        "UPDATE haven.collections SET declared_indexes = jsonb_set(declared_indexes, '{0,state}', $1) WHERE name = 'films'",
        [JSON.stringify(state)],
      );
    await setState('building');
    expect(await dropOldIndexes(database.address)).toEqual({ dropped: 0, left: 2 });
    await setState('ready');
    expect(await dropOldIndexes(database.address)).toEqual({ dropped: 2, left: 0 });
    expect(await dropOldIndexes(database.address)).toEqual({ dropped: 0, left: 0 });
  });

  // All keys, cursors, entity tags and moments in these requests come from the release.
  it.each(reads.map((exchange) => [exchange.name, exchange] as const))(
    'responds as before: %s',
    async (_, exchange) => {
      await expectSameResponse(exchange);
    },
  );

  it.each(retries.map((exchange) => [exchange.name, exchange] as const))(
    'returns the stored response to a retry: %s',
    async (_, exchange) => {
      await expectSameResponse(exchange);
      expect(await asShop('GET', `/changes?after=${released.cursor}`)).toMatchObject({ items: [] });
    },
  );

  it('continues the versions and the feed, over both APIs', async () => {
    const { id, version } = released.record;
    const record = `/collections/films/records/${id}`;
    const tag = { 'If-Match': `"${version}"` };
    expect(await asShop('PATCH', record, { data: { seen: true } }, tag)).toMatchObject({ version: version + 1 });
    expect(await asShop('PATCH', record, { data: { seen: false } }, tag)).toMatchObject({ code: 'VERSION_CONFLICT' });
    const mutation = `mutation ($id: ID!, $version: Int!) {
      patchRecord(collection: "films", id: $id, data: {seen: null}, expectedVersion: $version) { version }
    }`;
    expect(await asShopGraphql(mutation, { id, version: version + 1 })).toEqual({
      data: { patchRecord: { version: version + 2 } },
    });
    await vi.waitFor(async () => {
      const { items } = await asShop('GET', `/changes?after=${released.cursor}`);
      expect(items.map((each: any) => [each.recordId, each.version])).toEqual([
        [id, version + 1],
        [id, version + 2],
      ]);
    });
    const query = `query ($after: String!) { changes(after: $after) { items { recordId version } } }`;
    expect(await asShopGraphql(query, { after: released.cursor })).toEqual({
      data: { changes: { items: [version + 1, version + 2].map((each) => ({ recordId: id, version: each })) } },
    });
  });

  it('delivers the changes that wait for a webhook, in order and signed with its secret', async () => {
    await receiver.waitForDelivered(2, '/haven');
    const [first, second] = receiver.delivered('/haven');
    expect(first).toMatchObject({ verified: true, headers: { 'x-shop': 'one' }, data: { version: 1 } });
    expect(second).toMatchObject({ verified: true, data: { recordId: first!.data.recordId, version: 2 } });
    const { id } = released.webhook;
    await vi.waitFor(async () => {
      const { items } = await asShop('GET', `/webhooks/${id}/deliveries`);
      expect(items.map(({ state }: any) => state)).toEqual(['delivered', 'delivered', 'delivered']);
    });
  });
});
