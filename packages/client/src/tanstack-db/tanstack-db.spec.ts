import { createCollection, createTransaction } from '@tanstack/db';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { AnySchema } from '../index.js';
import { FakeHaven } from '../testing/fake-haven.js';
import { havenCollectionOptions, saveTransaction } from './index.js';
import type { HavenCollectionOptions } from './index.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const ID = '00000000-0000-4000-8000-00000000000';
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(60_000);

type Options = Partial<HavenCollectionOptions<AnySchema, string>>;

/** Creates a local collection that has been read. */
async function open(haven: FakeHaven, options: Options = {}) {
  const collection = createCollection({
    ...havenCollectionOptions({ client: haven.client(), collection: 'films', ...options }),
    startSync: true,
    gcTime: 0,
  });
  await vi.advanceTimersByTimeAsync(100);
  return collection;
}

type Local = Awaited<ReturnType<typeof open>>;

const rowsOf = (local: Local): Record<string, unknown> =>
  Object.fromEntries(local.toArray.map(({ id, version, data }) => [id, { version, data }]));

function expectEqual(haven: FakeHaven, local: Local, where = {}): void {
  const stored = haven.records(local.id, where);
  expect(rowsOf(local)).toEqual(Object.fromEntries(stored.map(({ id, version, data }) => [id, { version, data }])));
}

const create = (id: string, data: Record<string, unknown> = {}, collection = 'films') =>
  ({ op: 'create', collection, id, data }) as const;
const replace = (id: string, data: Record<string, unknown>) =>
  ({ op: 'replace', collection: 'films', id, data }) as const;
const remove = (id: string) => ({ op: 'delete', collection: 'films', id }) as const;

test('reads the records, and follows the changes', async () => {
  const haven = new FakeHaven();
  haven.change(create(`${ID}1`, { n: 1 }), create(`${ID}2`, { n: 1 }));
  const local = await open(haven);
  expect(local.status).toBe('ready');
  expect(local.utils.status).toEqual({ state: 'live' });
  expectEqual(haven, local);
  haven.change(replace(`${ID}1`, { n: 2 }), remove(`${ID}2`), create(`${ID}3`));
  await settle();
  expect(local.size).toBe(2);
  expectEqual(haven, local);
});

test('becomes ready later if Haven cannot be reached at first', async () => {
  const haven = new FakeHaven();
  haven.change(create(`${ID}1`));
  haven.setOnline(false);
  const local = await open(haven);
  expect(local.utils.status).toMatchObject({ state: 'offline', error: { name: 'ConnectionError' } });
  haven.setOnline(true);
  await settle();
  expectEqual(haven, local);
});

test('a failure of the server or of a proxy interrupts the synchronisation, and other errors end it', async () => {
  const haven = new FakeHaven();
  haven.failures.push([500, 'INTERNAL'], [503, 'UNAVAILABLE'], [520, 'UNEXPECTED_RESPONSE']);
  const local = await open(haven);
  await settle();
  expect(local.utils.status).toEqual({ state: 'live' });
  haven.failures.push([520, 'UNEXPECTED_RESPONSE']);
  const transactions = [local.insert({ data: {} })];
  await settle();
  haven.failures.push([500, 'INTERNAL']); // Haven has rolled it back
  transactions.push(local.insert({ data: {} }));
  await settle();
  expect(transactions.map(({ state }) => state)).toEqual(['completed', 'failed']);
  haven.failures.push([403, 'FORBIDDEN']);
  const forbidden = await open(haven);
  expect(forbidden.status).toBe('error');
  expect(forbidden.utils.status).toMatchObject({ state: 'failed', error: { code: 'FORBIDDEN' } });
});

test('shows a local change at once, and until the feed has its version', async () => {
  const haven = new FakeHaven();
  const local = await open(haven);
  const transaction = local.insert({ data: { title: 'Alien' } });
  const [row] = local.toArray;
  expect(row).toMatchObject({ version: 0, $synced: false, data: { title: 'Alien' } });
  const states: unknown[] = [];
  local.subscribeChanges((changes) => states.push(...changes.map(({ type, value }) => [type, value.version])), {
    includeInitialState: true,
  });
  await vi.advanceTimersByTimeAsync(4);
  expect(haven.records()).toHaveLength(1);
  expect(transaction.state).toBe('persisting'); // the response is there, the feed is not
  await settle();
  expect(transaction.state).toBe('completed');
  expect(local.toArray).toMatchObject([{ id: row?.id, version: 1, $synced: true }]);
  expect(states).toEqual([
    ['insert', 0],
    ['update', 1], // it was visible all the time
  ]);
});

test('sends the changes of a transaction as one batch, with their versions', async () => {
  const haven = new FakeHaven();
  haven.change(create(`${ID}1`, { n: 1 }), create(`${ID}2`, { n: 1 }), create(`${ID}5`, {}, 'actors'));
  const client = haven.client();
  const films = await open(haven, { client });
  const actors = await open(haven, { client, collection: 'actors' });
  const transaction = createTransaction({ autoCommit: false, mutationFn: saveTransaction });
  transaction.mutate(() => {
    films.update(`${ID}1`, (draft) => void (draft.data['n'] = 2));
    films.delete(`${ID}2`);
    films.insert({ id: `${ID}3`, data: { n: 3 } });
    actors.insert({ id: `${ID}6`, data: { n: 6 } });
  });
  void transaction.commit();
  await settle();
  expect(haven.batches).toEqual([
    {
      key: expect.stringMatching(/^.{20,}$/),
      operations: [
        { op: 'replace', collection: 'films', id: `${ID}1`, expectedVersion: 1, data: { n: 2 } },
        { op: 'delete', collection: 'films', id: `${ID}2`, expectedVersion: 1 },
        { op: 'create', collection: 'films', id: `${ID}3`, ifNoneMatch: '*', data: { n: 3 } },
        { op: 'create', collection: 'actors', id: `${ID}6`, ifNoneMatch: '*', data: { n: 6 } },
      ],
    },
  ]);
  expect(transaction.state).toBe('completed');
  expectEqual(haven, films);
  expectEqual(haven, actors);
});

test('bases a change on those before it that have not been stored yet', async () => {
  const haven = new FakeHaven();
  const local = await open(haven);
  haven.setOnline(false);
  local.insert({ id: `${ID}1`, data: { n: 1 } });
  local.update(`${ID}1`, (draft) => void (draft.data['n'] = 2));
  local.update(`${ID}1`, (draft) => void (draft.data['m'] = 3));
  local.insert({ id: `${ID}2`, data: {} });
  local.delete(`${ID}2`);
  await settle();
  expect(rowsOf(local)).toEqual({ [`${ID}1`]: { version: 0, data: { n: 2, m: 3 } } });
  haven.setOnline(true);
  await settle();
  expect(haven.changes.map(({ version, type }) => `${type} ${version}`)).toEqual([
    ...['record.created 1', 'record.updated 2', 'record.updated 3', 'record.created 1', 'record.deleted 2'],
  ]);
  expectEqual(haven, local);
});

test('a conflict rolls back, with the error and with the record as it is now', async () => {
  const haven = new FakeHaven();
  haven.change(create(`${ID}1`, { n: 1 }));
  const local = await open(haven);
  haven.feedDelay = 100;
  haven.change(replace(`${ID}1`, { n: 3 }));
  const first = local.update(`${ID}1`, (draft) => void (draft.data['n'] = 2));
  const second = local.update(`${ID}1`, (draft) => void (draft.data['m'] = 2));
  const seen: unknown[] = [];
  first.when('settled').catch((error: unknown) => seen.push(error));
  second.when('settled').catch((error: unknown) => seen.push(error, rowsOf(local)[`${ID}1`]));
  await settle();
  const conflict = expect.objectContaining({ code: 'VERSION_CONFLICT', status: 412 });
  expect(seen).toEqual([conflict, conflict, { version: 2, data: { n: 3 } }]);
  expectEqual(haven, local);
});

test.each([
  ['409', { id: `${ID}1`, data: {} }, 'ALREADY_EXISTS'],
  ['422', { id: `${ID}2`, data: { invalid: true } }, 'SCHEMA_VIOLATION'],
])('a refused change is rolled back: %s', async (_status, row, code) => {
  const haven = new FakeHaven();
  const local = await open(haven);
  haven.setOnline(false);
  haven.change(create(`${ID}1`, { n: 1 }));
  const transaction = local.insert(row);
  const next = local.insert({ id: `${ID}3`, data: {} });
  haven.setOnline(true);
  const error = transaction.when('settled').catch((reason: unknown) => reason);
  await settle();
  expect(await error).toMatchObject({ code });
  expect(next.state).toBe('completed');
  expectEqual(haven, local);
});

test('executes a change once if its response was lost', async () => {
  const haven = new FakeHaven();
  const local = await open(haven);
  haven.lostResponses = 8; // more than the client repeats by itself
  const transaction = local.insert({ id: `${ID}1`, data: {} });
  await settle();
  expect(transaction.state).toBe('completed');
  expect(haven.changes).toHaveLength(1);
  expect(new Set(haven.batches.map(({ key }) => key)).size).toBe(1);
  expectEqual(haven, local);
});

test('a transaction that was rolled back before it was sent is not sent', async () => {
  const haven = new FakeHaven();
  const local = await open(haven);
  haven.setOnline(false);
  local.insert({ id: `${ID}1`, data: {} });
  const transaction = local.insert({ id: `${ID}2`, data: {} });
  transaction.rollback();
  haven.setOnline(true);
  await settle();
  expect(Object.keys(rowsOf(local))).toEqual([`${ID}1`]);
  expectEqual(haven, local);
});

test('reads again when its position has expired', async () => {
  const haven = new FakeHaven();
  haven.change(create(`${ID}1`, { n: 1 }), create(`${ID}2`));
  const local = await open(haven);
  haven.setOnline(false);
  haven.change(replace(`${ID}1`, { n: 2 }), remove(`${ID}2`), create(`${ID}3`));
  haven.prune();
  haven.setOnline(true);
  await settle();
  expect(local.utils.status).toEqual({ state: 'live' });
  expectEqual(haven, local);
});

test('does not wait for a change that the feed has shown before the response', async () => {
  const haven = new FakeHaven();
  haven.change(create(`${ID}1`), create(`${ID}2`));
  haven.isFeedFirst = true;
  const local = await open(haven);
  const transactions = [local.delete(`${ID}1`), local.update(`${ID}2`, (draft) => void (draft.data['n'] = 2))];
  await settle();
  expect(transactions.map(({ state }) => state)).toEqual(['completed', 'completed']);
  expectEqual(haven, local);
});

test('does not wait for a version that reading again has skipped', async () => {
  const haven = new FakeHaven();
  const local = await open(haven);
  const transaction = local.insert({ id: `${ID}1`, data: {} });
  await vi.advanceTimersByTimeAsync(4); // stored, and not yet in the feed
  haven.setOnline(false);
  haven.change(remove(`${ID}1`));
  haven.prune();
  haven.setOnline(true);
  await settle();
  expect(transaction.state).toBe('completed');
  expect(local.size).toBe(0);
});

test('has only the records that match, and does not wait for one that does not', async () => {
  const haven = new FakeHaven();
  const where = { state: 'open' };
  haven.change(create(`${ID}1`, where), create(`${ID}2`, { state: 'done' }));
  const local = await open(haven, { where });
  const transactions = [
    local.insert({ data: { state: 'open' } }),
    local.insert({ data: { state: 'done' } }),
    local.update(`${ID}1`, (draft) => void (draft.data['state'] = 'done')),
  ];
  haven.change(replace(`${ID}2`, { state: 'open' }));
  await settle();
  expect(transactions.map(({ state }) => state)).toEqual(['completed', 'completed', 'completed']);
  expect(local.size).toBe(2);
  expectEqual(haven, local, where);
});

test('stops when it is cleaned up, and starts again', async () => {
  const haven = new FakeHaven();
  const local = await open(haven);
  const transaction = local.insert({ id: `${ID}1`, data: {} });
  await local.cleanup();
  expect(local.utils.status).toEqual({ state: 'stopped' });
  await settle();
  expect(haven.records()).toHaveLength(1); // what the user has written is stored
  expect(['completed', 'failed']).toContain(transaction.state);
  local.startSyncImmediate();
  await settle();
  expectEqual(haven, local);
});

test.each([
  ['the id is no UUID', { id: '1', data: {} }, 'The id of a record must be a UUID; got "1".'],
  ['there is no data', {} as never, 'A record must have `data`'],
])('rejects a row at once if %s', async (_why, row, message) => {
  const local = await open(new FakeHaven());
  expect(() => local.insert(row)).toThrow(message);
});

/** The events of the test below. */
const event = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('write'), who: fc.nat(1), id: fc.nat(4), n: fc.nat(99) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait'), n: fc.nat(3_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('offline', 'online', 'lose', 'prune', 'feed') }) },
);

test('local rows equal the records after any faults, and each accepted change was executed once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 40 }), async (events) => {
      const haven = new FakeHaven();
      const locals = [await open(haven), await open(haven)];
      const written: { state: string; n: number }[] = [];
      let op = 0;
      for (const each of events as { do: string; who: number; id: number; n: number }[]) {
        if (each.do === 'wait') await vi.advanceTimersByTimeAsync(each.n);
        if (each.do === 'offline' || each.do === 'online') haven.setOnline(each.do === 'online');
        if (each.do === 'lose') haven.lostResponses = 2;
        if (each.do === 'prune') haven.prune();
        if (each.do === 'feed') haven.isFeedFirst = !haven.isFeedFirst;
        const local = locals[each.who];
        if (each.do !== 'write' || !local) continue;
        const [id, n] = [`${ID}${each.id}`, (op += 1)];
        const transaction = !local.has(id)
          ? local.insert({ id, data: { n } })
          : each.n < 20
            ? local.delete(id)
            : local.update(id, (draft) => void (draft.data['n'] = n));
        if (transaction.mutations[0]?.type !== 'delete') written.push(Object.assign(transaction, { n }));
      }
      haven.setOnline(true);
      haven.lostResponses = 0;
      await settle();
      for (const local of locals) expectEqual(haven, local);
      const stored = haven.changes.flatMap(({ record }) => record?.data['n'] ?? []);
      expect(written.every(({ state }) => state === 'completed' || state === 'failed')).toBe(true);
      expect(stored).toHaveLength(new Set(stored).size);
      expect([...stored].sort()).toEqual(
        written
          .filter(({ state }) => state === 'completed')
          .map(({ n }) => n)
          .sort(),
      );
    }),
    { numRuns: 60 },
  );
});
