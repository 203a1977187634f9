import { createCollection, createTransaction, eq, createLiveQueryCollection } from '@tanstack/db';
import type { Transaction } from '@tanstack/db';
import { createClient } from 'haven-records';
import { havenCollectionOptions, saveTransaction } from 'haven-records/tanstack-db';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { startHaven } from '../support/haven.js';

interface Schema {
  issues: {
    record: { title: string; state: 'open' | 'done'; points?: number; project?: string };
    input: { title: string; state?: 'open' | 'done'; points?: number; project?: string };
  };
  projects: { record: { name: string } };
}

const haven = startHaven();
const opened: Device[] = [];

beforeEach(async () => {
  await haven.rest('PUT', '/collections/projects', {});
  await haven.rest('PUT', '/collections/issues', {
    schema: {
      type: 'object',
      required: ['title', 'state'],
      properties: {
        title: { type: 'string' },
        state: { enum: ['open', 'done'], 'x-haven-default': 'open' },
        points: { type: 'integer' },
        project: { 'x-haven-ref': { collection: 'projects' } },
      },
    },
  });
});

afterEach(async () => {
  for (const device of opened.splice(0)) await device.close();
});

/** A client whose network can fail, with local collections. */
class Device {
  readonly client = createClient<Schema>({
    url: haven.url,
    headers: { 'x-test-tenant': haven.tenant },
    fetch: (url, init) => this.#fetch(url, init),
    retry: { minDelay: 1, maxDelay: 50 },
  });
  readonly issues = createCollection(havenCollectionOptions({ client: this.client, collection: 'issues' }));
  readonly projects = createCollection(havenCollectionOptions({ client: this.client, collection: 'projects' }));
  /** Number of responses to batches that will be lost. */
  lost = 0;
  #network = new AbortController();

  constructor() {
    opened.push(this);
  }

  async load(): Promise<this> {
    await Promise.all([this.issues.preload(), this.projects.preload()]);
    return this;
  }

  goOffline(): void {
    this.#network.abort();
  }

  goOnline(): void {
    this.#network = new AbortController();
  }

  async close(): Promise<void> {
    this.goOnline();
    await Promise.all([this.issues.cleanup(), this.projects.cleanup()]);
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    const network = this.#network.signal;
    if (network.aborted) throw new TypeError('offline');
    const response = await fetch(url, {
      ...init,
      signal: init.signal ? AbortSignal.any([init.signal, network]) : network,
    });
    if (!url.includes('/batch') || this.lost === 0) return response;
    this.lost -= 1;
    await response.arrayBuffer(); // the batch has been executed
    throw new TypeError('connection lost');
  }
}

async function stored(): Promise<unknown[]> {
  const { body } = await haven.rest('GET', '/collections/issues/records?limit=500&sort=$id');
  return body.items;
}

const local = ({ issues }: Device): unknown[] =>
  issues.toArray
    .map(({ id, collection, version, data, createdAt, updatedAt }) => ({
      id,
      collection,
      version,
      data,
      createdAt,
      updatedAt,
    }))
    .sort((one, other) => (one.id < other.id ? -1 : 1));

/** Waits until these devices show what is stored. */
async function expectSynced(...devices: Device[]): Promise<unknown[]> {
  await vi.waitFor(async () => {
    const records = await stored();
    for (const device of devices) expect(local(device)).toEqual(records);
  }, 20_000);
  return stored();
}

const failure = (transaction: Transaction<any>): Promise<any> =>
  transaction.when('settled').then(
    () => expect.unreachable('The change must be refused.'),
    (error: unknown) => error,
  );

test('two devices follow each other, and live queries follow them', async () => {
  for (const title of ['a', 'b']) await haven.rest('POST', '/collections/issues/records', { data: { title } });
  const [one, other] = [await new Device().load(), await new Device().load()];
  expect(await expectSynced(one, other)).toHaveLength(2);
  const open = createLiveQueryCollection((query) =>
    query
      .from({ issue: other.issues })
      .where(({ issue }) => eq(issue.data.state, 'open'))
      .select(({ issue }) => ({ id: issue.id, title: issue.data.title })),
  );
  await open.preload();
  one.issues.insert({ data: { title: 'c', points: 3 } });
  const b = one.issues.toArray.find(({ data }) => data.title === 'b')!;
  await one.issues
    .update(b.id, (draft) => {
      draft.data.state = 'done';
      draft.data.points = 5;
    })
    .when('settled');
  expect(one.issues.get(b.id)).toMatchObject({ version: 2, data: { title: 'b', state: 'done', points: 5 } });
  expect(await expectSynced(one, other)).toHaveLength(3);
  expect(open.toArray.map(({ title }) => title).sort()).toEqual(['a', 'c']);
  await open.cleanup();
});

test('a transaction over two collections is stored as a whole or not at all', async () => {
  const device = await new Device().load();
  const project = crypto.randomUUID();
  const save = (insertIssue: () => void): Transaction<any> => {
    const transaction = createTransaction({ mutationFn: saveTransaction });
    return transaction.mutate(() => {
      device.projects.insert({ id: project, data: { name: 'Haven' } });
      insertIssue();
    });
  };
  // @ts-expect-error the title is a string
  const refused = await failure(save(() => device.issues.insert({ data: { title: 1, project } })));
  expect(refused).toMatchObject({ code: 'SCHEMA_VIOLATION', problem: { index: 1 } });
  expect(device.projects.size).toBe(0);
  await save(() => device.issues.insert({ data: { title: 'one', project } })).when('settled');
  expect(device.projects.get(project)).toMatchObject({ version: 1 });
  expect(await expectSynced(device)).toMatchObject([{ data: { title: 'one', project } }]);
});

test('a conflict rolls back, with the record of the other device', async () => {
  const [one, other] = [await new Device().load(), await new Device().load()];
  const id = crypto.randomUUID();
  await one.issues.insert({ id, data: { title: 'a' } }).when('settled');
  await expectSynced(one, other);
  one.goOffline();
  const [late, removal] = [
    one.issues.update(id, (draft) => void (draft.data.title = 'late')),
    one.issues.delete(id),
  ].map(failure);
  await other.issues.update(id, (draft) => void (draft.data.title = 'first')).when('settled');
  one.goOnline();
  const conflict = {
    name: 'ConflictError',
    code: 'VERSION_CONFLICT',
    current: { version: 2, data: { title: 'first' } },
  };
  expect(await late).toMatchObject(conflict);
  expect(await removal).toMatchObject(conflict);
  await expectSynced(one, other);
});

test('changes that were made offline are stored once each, although responses are lost', async () => {
  const [one, other] = [await new Device().load(), await new Device().load()];
  one.goOffline();
  const titles = ['a', 'b', 'c', 'd', 'e', 'f'];
  const ids = titles.map(() => crypto.randomUUID());
  const transactions = titles.map((title, n) => one.issues.insert({ id: ids[n]!, data: { title } }));
  transactions.push(
    one.issues.update(ids[0]!, (draft) => void (draft.data.points = 1)),
    one.issues.delete(ids[1]!),
  );
  one.lost = 8;
  one.goOnline();
  await Promise.all(transactions.map((transaction) => transaction.when('settled')));
  expect(one.lost).toBe(0);
  expect(await expectSynced(one, other)).toHaveLength(5);
  const { body } = await haven.rest('GET', '/changes?after=earliest&limit=100');
  expect(body.items).toHaveLength(8);
});

test('records are read again when the changes in between are no longer stored', async () => {
  const device = await new Device().load();
  const [kept, gone] = [crypto.randomUUID(), crypto.randomUUID()];
  device.issues.insert({ id: kept, data: { title: 'a' } });
  await device.issues.insert({ id: gone, data: { title: 'b' } }).when('settled');
  const states: string[] = [];
  device.issues.utils.subscribeStatus(({ state }) => states.push(state));
  device.goOffline();
  await haven.rest('PUT', `/collections/issues/records/${kept}`, { data: { title: 'c' } });
  await haven.rest('DELETE', `/collections/issues/records/${gone}`);
  await haven.rest('PUT', `/collections/issues/records/${kept}`, { data: { title: 'd' } });
  await haven.sql('UPDATE haven.collections SET pruned_through = 5 WHERE tenant_id = $1', [haven.tenant]);
  device.goOnline();
  expect(await expectSynced(device)).toMatchObject([{ version: 3, data: { title: 'd' } }]);
  expect(states).toContain('loading'); // it has read the records again
});

test('a collection that cannot be read says why', async () => {
  const { client } = new Device();
  const unknown = createCollection(
    // @ts-expect-error there is no collection with this name
    havenCollectionOptions({ client, collection: 'unknown' }),
  );
  await expect(unknown.preload()).rejects.toMatchObject({ status: expect.any(Number) });
  expect(unknown.utils.status).toMatchObject({ state: 'failed', error: { name: 'HavenError' } });
});
