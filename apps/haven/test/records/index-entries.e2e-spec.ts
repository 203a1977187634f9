import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';

import type { JsonObject, JsonValue } from '@haven/kernel';

import { startHaven } from '../support/haven.js';
import { statementsOf } from '../support/statements.js';

const haven = startHaven(['limits.bodyBytes=4194304']);

const seed = Date.now();

const long = (tail: string) => 'x'.repeat(255) + tail;
const instants = [
  '2026-01-01T00:00:00Z',
  '2026-01-01T01:00:00+01:00',
  '2026-01-01T00:00:00.000000001z',
  '2025-12-31T23:59:60Z',
];
const texts = [
  '',
  'a',
  'A',
  'ab',
  'a\\',
  'é',
  'É',
  'ß',
  '\uffff',
  '😀',
  long(''),
  long('y'),
  long('yy'),
  long('Z'),
  ...instants,
];
const text = fc.constantFrom(...texts);
const number = fc.constantFrom(-1e300, -1, 0, 5e-324, 0.1, 1, 2, 9_007_199_254_740_991, 1e300);
const scalar = fc.oneof(fc.constant(null), fc.boolean(), number, text);
const nested = fc.constantFrom<JsonValue>({ a: 1 }, [1]);
const value: fc.Arbitrary<JsonValue> = fc.oneof(
  { weight: 4, arbitrary: scalar },
  fc.array(fc.oneof({ weight: 5, arbitrary: scalar }, nested), { maxLength: 4 }),
  fc.record({ x: scalar }),
);
const document: fc.Arbitrary<JsonObject> = fc.record(
  { a: value, b: value, c: value, 'd.e': value },
  { requiredKeys: [], noNullPrototype: true },
);

const INDEXES = [
  'a',
  '-b',
  'c.x',
  '$updatedAt',
  { paths: ['a', '-b'] },
  { paths: ['b', 'c', 'a'] },
  { paths: ['-c', '$version'] },
  { path: 'a', caseless: true },
  { path: 'b', type: 'dateTime' },
  { paths: ['a', { path: '-b', type: 'dateTime' }] },
  'd\\.e',
];

const path = fc.constantFrom('a', 'b', 'c', 'c.x', 'd\\.e');
const operators = fc.constantFrom('_gt', '_gte', '_lt', '_lte');
const condition: fc.Arbitrary<JsonValue> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ _eq: value }) },
  fc.record({ _in: fc.array(scalar, { maxLength: 4 }) }),
  { weight: 2, arbitrary: fc.tuple(operators, fc.oneof(number, text)).map(([name, one]) => ({ [name]: one })) },
  fc.record({ _gte: number, _lt: number }),
  fc.record({ _startsWith: text }),
  fc.record({ _exists: fc.boolean() }),
  fc.record({ _isNull: fc.boolean() }),
  { weight: 2, arbitrary: fc.record({ _contains: scalar }) },
  fc.record({ _contains: fc.constantFrom<JsonValue>({ a: 1 }, [1], ['a', 'é'], { x: 1 }) }),
  fc.record({ _ne: scalar }),
  fc.record({ _ilike: fc.constantFrom('a%', 'É', '%X%') }),
  fc
    .tuple(fc.constantFrom('_eq', '_gt', '_lte', '_startsWith'), text)
    .map(([name, one]) => ({ [name]: { $caseless: one } })),
  fc
    .tuple(fc.constantFrom('_eq', '_gt', '_gte', '_lt', '_ne'), fc.constantFrom(...instants))
    .map(([name, one]) => ({ [name]: { $dateTime: one } })),
);
const onElements: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.record({ _eq: fc.oneof(scalar, nested) }),
  fc.record({ _eq: text, _startsWith: text }),
  fc.record({ _in: fc.array(scalar, { maxLength: 3 }) }),
  fc.record({ _gte: number, _lt: number }),
  text.map(($caseless) => ({ _eq: { $caseless } })),
  fc.constantFrom(...instants).map(($dateTime) => ({ _eq: { $dateTime } })),
  fc.record({ a: fc.oneof(scalar, fc.record({ _gt: number })) }),
);
const listCondition: fc.Arbitrary<JsonObject> = fc.oneof(
  { weight: 4, arbitrary: onElements.map((_some) => ({ _some })) },
  onElements.map((_every) => ({ _every })),
  onElements.map((_none) => ({ _none })),
  fc.constantFrom<JsonValue>(0, 1, { _gt: 1 }).map((_size) => ({ _size })),
);
const members = fc.dictionary(path, fc.oneof({ weight: 3, arbitrary: condition }, listCondition), {
  maxKeys: 3,
  noNullPrototype: true,
});
const filter: fc.Arbitrary<JsonObject> = fc.oneof(
  { weight: 4, arbitrary: members },
  fc.tuple(members, members).map(([one, other]) => ({ _or: [one, other] })),
  fc.tuple(members, fc.integer({ min: 1, max: 2 })).map(([one, version]) => ({ ...one, $version: version })),
);
const ITEMS: JsonValue[] = [
  'a',
  '-a',
  'b',
  '-b',
  'c',
  '-c',
  '$version',
  '-$version',
  '$id',
  '-$createdAt',
  '$updatedAt',
  'd\\.e',
];
const TYPED: JsonValue[] = [
  { path: 'a', caseless: true },
  { path: '-a', caseless: true },
  { path: 'b', type: 'dateTime' },
  { path: '-b', type: 'dateTime' },
];
const fieldOf = (item: JsonValue) =>
  String(typeof item === 'object' && item !== null ? Reflect.get(item, 'path') : item).replace(/^-/, '');
const sort = fc.uniqueArray(fc.constantFrom(...ITEMS, ...TYPED), { maxLength: 3, selector: fieldOf });
const query = fc.record({ filter, sort, limit: fc.constantFrom(3, 7, 40) });

interface Listed {
  data: JsonObject;
  version: number;
}

/** Returns all matches, read in pages, and the number that a count finds. */
async function matchesOf(collection: string, body: JsonObject): Promise<{ found: JsonObject[]; total: number }> {
  const found: JsonObject[] = [];
  let after: string | null = null;
  let total = -1;
  for (let pages = 0; pages < 60; pages++) {
    const page = { ...body, ...(after === null ? { count: 'exact' } : { after }) };
    const response = await haven.rest('POST', `/collections/${collection}/query`, page);
    expect(response.status, JSON.stringify(response.body)).toBe(200);
    found.push(...response.body.items.map(({ data, version, id }: Listed & { id: string }) => ({ id, version, data })));
    if (after === null) total = response.body.total;
    after = response.body.nextCursor;
    if (after === null) break;
  }
  return { found, total };
}

const ready = async (collection: string) =>
  await expect
    .poll(
      async () => {
        const { body } = await haven.rest('GET', `/collections/${collection}`);
        return body.indexes.every(({ state }: { state: string }) => state === 'ready');
      },
      { timeout: 20_000, interval: 50 },
    )
    .toBe(true);

describe('declared indexes', () => {
  it('never change an answer, a page or a count', async () => {
    const documents = fc.sample(document, { numRuns: 60, seed });
    await haven.rest('POST', '/collections', { name: 'plain' });
    await haven.rest('POST', '/collections', { name: 'early', indexes: INDEXES });
    await haven.rest('POST', '/collections', { name: 'late' });
    const ids = documents.map((_, place) => `01900000-0000-7000-8000-${String(place * 7919).padStart(12, '0')}`);
    for (const collection of ['plain', 'early', 'late']) {
      const operations = documents.map((data, place) => ({ op: 'replace', collection, id: ids[place], data }));
      const created = await haven.rest('POST', '/batch', { operations });
      expect(created.status, JSON.stringify(created.body)).toBe(200);
      // Some records change, some are deleted and some created again, one by one.
      for (const [place, id] of ids.entries()) {
        const record = `/collections/${collection}/records/${id}`;
        if (place % 5 === 0) await haven.rest('PATCH', record, { data: { a: documents[place + 1]?.['a'] ?? null } });
        if (place % 7 === 0) await haven.rest('DELETE', record);
        if (place % 14 === 0) await haven.rest('PUT', record, { data: documents[place + 2] ?? {} });
      }
    }
    const changed = await haven.rest('PATCH', '/collections/late', { indexes: INDEXES });
    expect(changed.status, JSON.stringify(changed.body)).toBe(200);
    await Promise.all([ready('early'), ready('late')]);
    const without = ['$createdAt', '$updatedAt']; // the times of the three collections differ
    let some = 0;
    await fc.assert(
      fc.asyncProperty(query, async (body) => {
        if (body.sort.some((item) => without.includes(fieldOf(item)))) return;
        const sorted = { ...body, sort: body.sort.length === 0 ? ['$id'] : body.sort } as unknown as JsonObject;
        const expected = await matchesOf('plain', sorted);
        expect(expected.total).toBe(expected.found.length);
        if (expected.found.length > 0) some++;
        expect(await matchesOf('early', sorted)).toEqual(expected);
        expect(await matchesOf('late', sorted)).toEqual(expected);
      }),
      { numRuns: 60, seed },
    );
    expect(some).toBeGreaterThan(10);
  }, 120_000);
});

describe('new records', () => {
  it('have the entries that SQL computes', async () => {
    const indexes = INDEXES.filter((index) => !JSON.stringify(index).includes('$'));
    await haven.rest('POST', '/collections', { name: 'films', indexes });
    await ready('films');
    // Wait until the process knows that the indexes are ready, and computes the keys itself.
    const create = (data: JsonObject) => haven.rest('POST', '/collections/films/records', { data });
    await expect
      .poll(async () => (await statementsOf(() => create({}))).map(({ name }) => name), { timeout: 10_000 })
      .toContain('records.append.one.given');
    const [one, other] = [
      fc.sample(document, { numRuns: 40, seed }),
      fc.sample(document, { numRuns: 80, seed: seed + 1 }),
    ];
    for (const data of one) {
      const { status, body } = await create(data);
      expect(status, JSON.stringify(body)).toBe(201);
    }
    const operations = other.map((data) => ({ op: 'create', collection: 'films', data }));
    const batch = () => haven.rest('POST', '/batch', { operations });
    expect((await statementsOf(batch)).map(({ name }) => name)).toContain('records.append.many.given');
    const [difference] = await haven.sql(
      `WITH stored AS (SELECT index_id, key, record_id FROM haven.index_entries WHERE tenant_id = $1),
         expected AS (
           SELECT k.index_id, k.key, r.id FROM haven.records AS r JOIN haven.collections AS c ON c.id = collection_id
           CROSS JOIN LATERAL haven.index_keys(c.declared_indexes, r.id, version, data, r.created_at, r.updated_at) AS k
           WHERE r.tenant_id = $1)
       SELECT (SELECT count(*)::integer FROM stored) AS entries,
         (SELECT count(*)::integer FROM (TABLE stored EXCEPT TABLE expected) AS more) AS surplus,
         (SELECT count(*)::integer FROM (TABLE expected EXCEPT TABLE stored) AS less) AS missing`,
      [haven.tenant],
    );
    expect(difference).toMatchObject({ surplus: 0, missing: 0 });
    expect(difference?.['entries']).toBeGreaterThan(100 * indexes.length);
  }, 60_000);
});

describe('a change', () => {
  beforeEach(async () => {
    await haven.rest('POST', '/collections', { name: 'films', indexes: ['year', { paths: ['genre', '-year'] }] });
  });

  const entries = () =>
    haven.sql<{ key: string }>(
      "SELECT encode(key, 'hex') AS key FROM haven.index_entries WHERE tenant_id = $1 ORDER BY index_id, key",
      [haven.tenant],
    );

  it('to a member without an index leaves the entries alone', async () => {
    const { body } = await haven.rest('POST', '/collections/films/records', { data: { year: 1999, genre: 'Drama' } });
    const [before] = await haven.sql(
      'SELECT array_agg(xmin::text) AS rows FROM haven.index_entries WHERE tenant_id = $1',
      [haven.tenant],
    );
    const patch = () => haven.rest('PATCH', `/collections/films/records/${body.id}`, { data: { seen: true } });
    const names = (await statementsOf(patch)).map(({ name }) => name);
    const writes = names.filter((name) => name?.startsWith('records.append') || name === 'records.merge');
    expect(writes).toEqual([expect.not.stringContaining('index')]);
    const [after] = await haven.sql(
      'SELECT array_agg(xmin::text) AS rows FROM haven.index_entries WHERE tenant_id = $1',
      [haven.tenant],
    );
    expect(after).toEqual(before);
    expect(await entries()).toHaveLength(2);
  });

  it('needs no statement more than without indexes', async () => {
    await haven.rest('POST', '/collections', { name: 'plain' });
    await expect.poll(async () => (await haven.rest('GET', '/collections/films')).body.indexes[0].state).toBe('ready');
    const count = async (collection: string) => {
      await haven.rest('POST', `/collections/${collection}/records`, { data: { year: 1 } });
      const statements = await statementsOf(() =>
        haven.rest('POST', `/collections/${collection}/records`, { data: { year: 2 } }),
      );
      return statements.length;
    };
    await expect.poll(async () => (await count('films')) - (await count('plain'))).toBe(0);
  });

  it('that deletes or erases a record removes its entries', async () => {
    const { body: one } = await haven.rest('POST', '/collections/films/records', { data: { year: 1999 } });
    const { body: other } = await haven.rest('POST', '/collections/films/records', { data: { year: 2000 } });
    await haven.rest('DELETE', `/collections/films/records/${one.id}`);
    expect(await entries()).toHaveLength(2);
    await haven.rest('POST', `/collections/films/records/${other.id}/erase`);
    expect(await entries()).toEqual([]);
  });

  it('is refused if it gives a record too many keys in an index, and changes nothing', async () => {
    await haven.rest('POST', '/collections', { name: 'tagged', indexes: ['tags'] });
    const records = '/collections/tagged/records';
    const numbers = (count: number) => Array.from({ length: count }, (_, place) => place);
    const { body: created, status } = await haven.rest('POST', records, { data: { tags: [...numbers(999), 1, 1] } });
    expect(status).toBe(201);
    const refused = { code: 'LIMIT_EXCEEDED', errors: [{ pointer: '/data/tags' }] };
    expect((await haven.rest('POST', records, { data: { tags: numbers(1000) } })).body).toMatchObject(refused);
    const patch = [{ op: 'add', path: '/data/tags/-', value: 'one more' }];
    const headers = { 'content-type': 'application/json-patch+json' };
    const patched = await haven.rest('PATCH', `${records}/${created.id}`, patch, headers);
    expect(patched.body).toMatchObject(refused);
    const query = 'mutation ($data: JSONObject!) { createRecord(collection: "tagged", data: $data) { id } }';
    const { body } = await haven.graphql(query, { data: { tags: numbers(1000) } });
    expect(body.errors[0].extensions).toMatchObject(refused);
    expect((await haven.rest('GET', '/collections/tagged/records?count=exact')).body).toMatchObject({
      total: 1,
      items: [{ version: 1 }],
    });
  });
});
