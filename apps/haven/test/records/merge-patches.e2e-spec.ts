import { randomUUID } from 'node:crypto';

import fc from 'fast-check';
import { beforeEach, expect, it } from 'vitest';

import type { JsonObject } from '@haven/kernel';

import { mergePatch } from '../../../../libs/records/src/domain/patch/merge-patch.js';
import { costOf } from '../plans/statement-cost.js';
import { startHaven } from '../support/haven.js';
import { statementsOf } from '../support/statements.js';

const haven = startHaven(['database.acquireTimeout=60s']); // 200 patches wait for the connections of one tenant
const RECORDS = '/collections/things/records';

beforeEach(async () => {
  await haven.rest('POST', '/collections', { name: 'things' });
  await create({ warm: 'up' }); // reads the usage and the settings, which the other requests find in caches
});

const create = (data: object) => haven.rest('POST', RECORDS, { data });
const patch = (id: string, data: object, headers = {}) => haven.rest('PATCH', `${RECORDS}/${id}`, { data }, headers);
const names = async (work: () => Promise<unknown>) =>
  (await statementsOf(work)).flatMap(({ name = '' }) => (name.startsWith('records.') ? [name] : []));
const history = (id: string) =>
  haven.sql(
    `SELECT version, type, actor, data, created_at, at, cause, trace_id ~ '^[0-9a-f]{32}$' AS traced
     FROM haven.events WHERE record_id = $1 ORDER BY version`,
    [id],
  );
const printed = (value: unknown) => JSON.stringify(value);

const NAMES = ['', 'a', 'A', 'é', '😀', 'a.b', 'a,"}', '\\', 'NULL', '0', 'constructor', 'toString', '\u2028'];
const scalar = fc.oneof(
  fc.constantFrom(0, 0.1, 1e22, -1e-7, 5e-324, 1.7976931348623157e308, 2 ** 53 - 1, true, false, '', '"\\', '😀\n'),
  fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0')),
);
const nested = fc.oneof(scalar, fc.constant(null), fc.array(fc.oneof(scalar, fc.constant(null)), { maxLength: 3 }));
const name = fc.constantFrom(...NAMES);
const documents = fc.dictionary(name, fc.oneof(nested, fc.dictionary(name, nested, { maxKeys: 3 })), { maxKeys: 8 });
const patches = fc.dictionary(name, fc.oneof(nested, fc.array(fc.dictionary(name, nested, { maxKeys: 2 }))), {
  maxKeys: 6,
});

it('merges in the database exactly as in memory, in responses, rows and events', async () => {
  const pairs = fc.sample(fc.tuple(documents, patches), { numRuns: 200, seed: 23 }) as [JsonObject, JsonObject][];
  const made = await Promise.all(pairs.map(([data]) => create(data)));
  let responses: Awaited<ReturnType<typeof patch>>[] = [];
  const sent = await names(async () => {
    responses = await Promise.all(pairs.map(([, change], place) => patch(made[place]?.body.id, change)));
  });
  expect(new Set(sent)).toEqual(new Set(['records.merge']));
  expect(sent.length).toBeLessThan(pairs.length); // there were groups
  const events = await haven.sql('SELECT record_id, data FROM haven.events WHERE record_id = ANY($1) AND version = 2', [
    made.map(({ body }) => body.id),
  ]);
  const eventOf = new Map(events.map(({ record_id, data }) => [record_id, data]));
  for (const [place, [before, change]] of pairs.entries()) {
    const merged = mergePatch(before, change);
    const { body } = responses[place] ?? {};
    expect(body).toMatchObject({ version: 2, createdAt: made[place]?.body.createdAt });
    expect(body.data).toEqual(merged);
    expect(eventOf.get(body.id)).toEqual(merged);
  }
});

it('responds and records events as for a patch that is merged in memory', async () => {
  const { body: one } = await create({ a: 1, b: [1], n: 1e22 });
  const { body: other } = await create({ a: 1, b: [1], n: 1e22 });
  const comparable = ({ status, body, headers }: Awaited<ReturnType<typeof patch>>) => ({
    ...{ status, etag: headers.get('etag'), names: Object.keys(body) },
    ...{ ...body, id: null, createdAt: null, updatedAt: null },
  });
  for (const change of [{ a: null, c: 'x' }, {}, { b: null, c: null, n: null }]) {
    const merged = await patch(one.id, change);
    const inMemory = await patch(other.id, change, { 'if-none-match': '"99"' });
    expect(comparable(merged)).toEqual(comparable(inMemory));
    expect((await haven.rest('GET', `${RECORDS}/${one.id}`)).body).toEqual(merged.body);
  }
  const { body: last } = await haven.rest('GET', `${RECORDS}/${one.id}`);
  expect(last).toMatchObject({ version: 4, data: {} });
  const [events, expected] = [await history(one.id), await history(other.id)];
  const withoutTimes = (all: Awaited<ReturnType<typeof history>>) =>
    all.map((event) => ({ ...event, at: null, created_at: null }));
  expect(withoutTimes(events)).toEqual(withoutTimes(expected));
  expect(new Set(events.map(({ created_at }) => printed(created_at)))).toEqual(new Set([printed(one.createdAt)]));
  expect(printed(events.at(-1)?.at)).toBe(printed(last.updatedAt));
});

it('reads only the patched record, whatever the planner knows about the table', async () => {
  const operations = Array.from({ length: 300 }, (_, n) => ({ op: 'create', collection: 'things', data: { n } }));
  const { body } = await haven.rest('POST', '/batch', { operations });
  const [{ record }] = body.results;
  const { read } = await costOf(haven, () => patch(record.id, { more: 1 }));
  expect(read).toBeLessThanOrEqual(3);
});

it('loses nothing of concurrent patches of one record', async () => {
  const { body: record } = await create({});
  const steps = Array.from({ length: 40 }, (_, n) => `n${n}`);
  const responses = await Promise.all(steps.map((step) => patch(record.id, { [step]: true })));
  expect(responses.map(({ body }) => body.version).toSorted((a, b) => a - b)).toEqual(steps.map((_, n) => n + 2));
  const events = await history(record.id);
  expect(events.map(({ version, data }) => [version, Object.keys(data).length])).toEqual(
    [...steps, ''].map((_, n) => [n + 1, n]),
  );
  const [row] = await haven.sql('SELECT version, data FROM haven.records WHERE id = $1', [record.id]);
  expect(row).toEqual({ version: 41, data: events.at(-1)?.data });
});

it('lets only one of concurrent patches change the version that they expect', async () => {
  const { body: record } = await create({});
  const steps = Array.from({ length: 12 }, (_, n) => `n${n}`);
  const responses = await Promise.all(steps.map((step) => patch(record.id, { [step]: true }, { 'if-match': '"1"' })));
  const [made, ...others] = responses.toSorted((one, other) => one.status - other.status);
  expect(made).toMatchObject({ status: 200, body: { version: 2 } });
  for (const { status, body } of others) {
    expect([status, body.code, body.current]).toEqual([412, 'VERSION_CONFLICT', 2]);
  }
  expect((await history(record.id)).map(({ version }) => version)).toEqual([1, 2]);
});

it('compares the version of a patch that is merged with others', async () => {
  const made = await Promise.all(Array.from({ length: 12 }, (_, n) => create({ n })));
  const ids = made.map(({ body }) => body.id as string);
  const headers = (place: number) => [{}, { 'if-match': '"1"' }, { 'if-match': '"2"' }][place % 3];
  const responses = await Promise.all(ids.map((id, place) => patch(id, { more: 1 }, headers(place))));
  expect(responses.map(({ status }) => status)).toEqual(ids.map((_, place) => [200, 200, 412][place % 3]));
  expect((await patch(randomUUID(), {}, { 'if-match': '*' })).status).toBe(404);
});

it('does not let time run backwards', async () => {
  const { body: record } = await create({});
  await haven.sql("UPDATE haven.records SET updated_at = '2999-01-01' WHERE id = $1", [record.id]);
  expect((await patch(record.id, { a: 1 })).body.updatedAt).toBe('2999-01-01T00:00:00.000Z');
  expect((await history(record.id)).at(-1)?.at).toEqual(new Date('2999-01-01'));
});

it('does the same over GraphQL', async () => {
  const { body: record } = await create({ a: 1, b: 2 });
  const query = `mutation { patchRecord(collection: "things", id: "${record.id}", data: { a: null, c: 3 }) { version data } }`;
  let response: Awaited<ReturnType<typeof haven.graphql>> | undefined;
  const sent = await names(async () => void (response = await haven.graphql(query)));
  expect(sent).toEqual(['records.merge']);
  expect(response?.body.data.patchRecord).toEqual({ version: 2, data: { b: 2, c: 3 } });
});

it('refuses what a patch in memory refuses, and changes nothing', async () => {
  const { body: record } = await create({ text: 'x'.repeat(700_000) });
  expect((await patch(record.id, { more: 'x'.repeat(700_000) })).body).toMatchObject({ code: 'LIMIT_EXCEEDED' });
  expect((await patch(record.id, { deep: [] })).body).toMatchObject({ version: 2 });
  const many = Object.fromEntries(Array.from({ length: 9_999 }, (_, n) => [`m${n}`, 1]));
  const { body: wide } = await create(many);
  expect((await patch(wide.id, { one: 1, two: 2 })).body).toMatchObject({ code: 'LIMIT_EXCEEDED' });
  expect((await patch(wide.id, { one: 1 })).body).toMatchObject({ version: 2 });
  await haven.rest('DELETE', `${RECORDS}/${record.id}`);
  expect(await patch(record.id, { a: 1 })).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
  expect((await history(record.id)).map(({ version }) => version)).toEqual([1, 2, 3]);
});

it('leaves documents to the process that were stored under higher limits', async () => {
  await haven.rest('PUT', '/collections/things', { indexes: ['many'] });
  const patched = async (data: object) => {
    const { body: record } = await create({});
    await haven.sql('UPDATE haven.records SET data = $2 WHERE id = $1', [record.id, data]);
    return (await patch(record.id, { other: 1 })).body.code ?? 'patched';
  };
  const nested = (depth: number) => JSON.parse('{"a":'.repeat(depth) + '1' + '}'.repeat(depth));
  const numbers = (length: number) => Array.from({ length }, (_, n) => n);
  await expect.poll(() => names(() => patched({}))).toContain('records.merge'); // the index has been built
  expect(await patched(nested(64))).toBe('patched');
  expect(await patched(nested(65))).toBe('LIMIT_EXCEEDED');
  expect(await patched({ many: numbers(999) })).toBe('patched');
  expect(await patched({ many: numbers(1_000) })).toBe('LIMIT_EXCEEDED');
});

it('uses the settings that another process has just changed', async () => {
  const { body: record } = await create({ n: 1 });
  await haven.sql(
    'UPDATE haven.collections SET require_precondition = true, revision = revision + 1 WHERE tenant_id = $1',
    [haven.tenant],
  );
  expect((await patch(record.id, { n: 2 })).body).toMatchObject({ code: 'PRECONDITION_REQUIRED' });
});

it('leaves to the process what depends on the document', async () => {
  const { body: record } = await create({ n: 1 });
  const isMerged = async (change: object, headers = {}) =>
    (await names(() => patch(record.id, change, headers))).includes('records.merge');
  expect(await isMerged({ n: 2 })).toBe(true);
  expect(await isMerged({ n: {} })).toBe(false);
  expect(await isMerged({ n: 2 }, { 'if-match': '*' })).toBe(true);
  expect(await isMerged({ n: 2 }, { 'if-match': '"3"' })).toBe(true);
  expect(await isMerged({ n: 2 }, { 'if-match': '"1", "4"' })).toBe(false);
  expect(await isMerged({ n: 2 }, { 'if-none-match': '"1"' })).toBe(false);
  expect(await isMerged({ n: 2 }, { 'idempotency-key': 'once' })).toBe(false);
  for (const [settings, n, other] of [
    [{ indexes: ['n'] }, false, true],
    [{ indexes: ['$updatedAt'] }, false, false],
    [{ indexes: ['n.deep,$createdAt'] }, false, true],
    [{ search: { paths: ['title'] } }, false, false],
    [{ schema: {} }, false, false],
    [{}, true, true],
  ] as const) {
    await haven.rest('PUT', '/collections/things', settings);
    await expect.poll(async () => [await isMerged({ n: 3 }), await isMerged({ other: 3 })]).toEqual([n, other]);
  }
  await haven.rest('PUT', '/collections/things', { requirePrecondition: true });
  await expect.poll(() => isMerged({ n: 4 })).toBe(false);
  expect(await isMerged({ n: 4 }, { 'if-match': '*' })).toBe(true);
});
