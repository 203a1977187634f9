import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { JsonObject, JsonValue } from '@haven/kernel';

import { startHaven } from '../support/haven.js';
import { statementsOf } from '../support/statements.js';

const haven = startHaven(['limits.bodyBytes=4194304']);

const seed = Date.now();

/** Texts whose parts of a key have 257, 258 and more bytes, or are cut. */
const longTexts = ['x'.repeat(255), 'x'.repeat(256), `${'x'.repeat(256)}y`, `${'x'.repeat(256)}z`, '😀'.repeat(64)];
/** Three of these make a key that is cut. */
const wideTexts = ['a', 'b'].map((tail) => '\u{10ffff}'.repeat(255) + tail);
const number = fc.oneof(
  fc.constantFrom(
    0,
    -0,
    1,
    -1,
    0.1,
    0.2,
    0.3,
    12.34,
    -19.999,
    1e21,
    5e-324,
    1e-7,
    2 ** 40,
    2 ** 53 - 1,
    4_503_599_627_370_497,
  ),
  fc.integer({ min: -1e6, max: 1e6 }).map((thousandths) => thousandths / 1000),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 }),
);
const scalar = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom<JsonValue>(null, true, false) },
  { weight: 3, arbitrary: number },
  { weight: 3, arbitrary: fc.constantFrom('', 'a', 'A', 'ab', 'é', '"\\', '😀', '\uffff', ...longTexts, ...wideTexts) },
);
const value = fc.oneof(
  { weight: 6, arbitrary: scalar },
  fc.constantFrom<JsonValue>([], [1], [1, 'a'], ['a', [2]], {}, { a: 1 }, { a: [null] }),
);
const few = fc.constantFrom<JsonValue>('Drama', 'Comedy', null, 1, true);
const document: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.record({ a: value, b: value, c: value, 'd.e': value }, { requiredKeys: [], noNullPrototype: true }),
  fc.record({ a: few, b: number, c: fc.constantFrom(...wideTexts), 'd.e': few }, { noNullPrototype: true }),
  fc.record({ a: fc.constantFrom(...wideTexts), b: number, c: fc.constantFrom(...wideTexts), 'd.e': value }),
);

const INDEXES = [
  'a',
  '-b',
  { paths: ['a', 'b'] },
  { paths: ['-a', '-c', 'b'] },
  { paths: ['c', 'a', '-b'] },
  { paths: ['c', '-d\\.e', 'b', 'a'] },
  { paths: [{ path: 'c', type: 'dateTime' }, 'd\\.e'] },
  { paths: [{ path: '-c', caseless: true }, '$version', '-b'] },
];

const path = fc.constantFrom('a', 'b', 'c', 'd\\.e');
const computation: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.constant('count'),
  fc
    .tuple(fc.constantFrom('count', 'sum', 'avg', 'min', 'max', 'distinct'), path)
    .map(([name, of]) => ({ [name]: of })),
  fc.tuple(path, fc.constantFrom(0, 0.25, 0.5, 1)).map(([of, fraction]) => ({ percentile: [of, fraction] })),
);
const filter = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  { weight: 2, arbitrary: fc.tuple(path, scalar).map(([of, _eq]) => ({ [of]: { _eq } })) },
  fc.tuple(path, fc.array(scalar, { maxLength: 4 })).map(([of, _in]) => ({ [of]: { _in } })),
  fc
    .tuple(path, fc.constantFrom('_gt', '_lte'), number)
    .map(([of, operator, operand]) => ({ [of]: { [operator]: operand } })),
  fc
    .tuple(path, fc.constantFrom('_exists', '_isNull'), fc.boolean())
    .map(([of, operator, is]) => ({ [of]: { [operator]: is } })),
  fc.tuple(path, few).map(([of, _eq]) => ({ [of]: { _some: { _eq } } })),
  fc.tuple(path, few).map(([of, _contains]) => ({ [of]: { _contains } })),
  fc.tuple(few, number).map(([a, _gte]) => ({ a, b: { _gte } })),
);
const query = fc.record({
  filter,
  groupBy: fc.uniqueArray(path, { maxLength: 2 }),
  compute: fc.dictionary(fc.constantFrom('k', 'l', 'm', 'n'), computation, { minKeys: 1, noNullPrototype: true }),
  limit: fc.constant(1_000),
});

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

/** Returns the result of an aggregate, and whether it was computed from entries. */
async function aggregateOf(collection: string, body: object): Promise<{ result: unknown; byEntries: boolean }> {
  let result: unknown;
  const statements = await statementsOf(async () => {
    const response = await haven.rest('POST', `/collections/${collection}/aggregate`, body);
    result = response.status === 200 ? response.body : [response.status, response.body.code, response.body.errors];
  });
  return { result, byEntries: statements.some(({ text }) => / AS m0\b/.test(text) && text.includes('live_entries')) };
}

describe('an aggregate of declared paths', () => {
  it('counts records by entries whose keys may be cut', async () => {
    await haven.rest('POST', '/collections', { name: 'wide', indexes: [{ paths: ['c', 'a', '-b'] }] });
    await ready('wide');
    const [first, second] = wideTexts;
    const documents = [{ c: first, a: first, b: second }, { c: first, a: first, b: first }, { c: '' }, {}];
    for (const data of documents)
      expect((await haven.rest('POST', '/collections/wide/records', { data })).status).toBe(201);
    const counts = [{}, { c: { _eq: first } }, { c: { _eq: '' } }, { c: { _in: [first, second] }, a: { _eq: first } }];
    for (const [index, expected] of [4, 2, 1, 2].entries()) {
      const { result } = await aggregateOf('wide', { filter: counts[index], compute: { k: 'count' } });
      expect(result).toMatchObject({ groups: [{ values: { k: expected } }] });
    }
  });

  it('has the result of one of undeclared paths, now and at any moment', async () => {
    const documents = fc.sample(document, { numRuns: 120, seed });
    await haven.rest('POST', '/collections', { name: 'plain' });
    await haven.rest('POST', '/collections', { name: 'declared', indexes: INDEXES });
    await ready('declared');
    const idOf = (place: number) => `01900000-0000-7000-8000-${String(place).padStart(12, '0')}`;
    const moments: string[] = [];
    /** Writes to both collections at the same time. */
    const write = async (operations: JsonObject[]) => {
      const both = ['plain', 'declared'].flatMap((collection) => operations.map((one) => ({ ...one, collection })));
      const response = await haven.rest('POST', '/batch', { operations: both });
      expect(response.status, JSON.stringify(response.body)).toBe(200);
      const [{ time } = { time: '' }] = await haven.sql<{ time: string }>(
        'SELECT max(updated_at)::text AS time FROM haven.records WHERE tenant_id = $1',
        [haven.tenant],
      );
      moments.push(new Date(time).toISOString());
    };
    const replace = (place: number, data: JsonObject) => ({ op: 'replace', id: idOf(place), data });
    await write(documents.slice(0, 100).map((data, place) => replace(place, data)));
    await write(documents.slice(100).map((data, place) => replace(place * 5, data)));
    await write(documents.slice(80).map((data, place) => replace(80 + place, data)));
    await write([3, 5, 60, 99].map((place) => ({ op: 'delete', id: idOf(place) })));
    await write([3, 6].map((place) => replace(place, documents[place + 1] ?? {})));
    const seen = { byEntries: 0, entriesOfThePast: 0, groups: 0 };
    await fc.assert(
      fc.asyncProperty(query, fc.constantFrom(undefined, ...moments), async (body, asOf) => {
        const input = { ...body, asOf };
        const plain = await aggregateOf('plain', input);
        const declared = await aggregateOf('declared', input);
        expect(declared.result).toEqual(plain.result);
        expect(plain.byEntries).toBe(false);
        if (!declared.byEntries) return;
        seen.byEntries++;
        if (asOf) seen.entriesOfThePast++;
        if (JSON.stringify(plain.result).length > 500) seen.groups++;
      }),
      { numRuns: 100, seed },
    );
    expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).toBeGreaterThan(10);
  }, 120_000);
});
