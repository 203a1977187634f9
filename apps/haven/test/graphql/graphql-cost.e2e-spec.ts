import fc from 'fast-check';
import { beforeEach, expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';

const haven = startHaven([
  'limits.graphqlCost=1000000',
  'limits.graphqlAliases=1000',
  'limits.graphqlRootFields=100',
  'limits.pageSizeDefault=3',
]);

const size = fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined });

/** Generates selections of one to three fields. Each field has an alias of its name and a number, such as `edges3`. */
const some = (fields: fc.Arbitrary<string>) =>
  fc
    .array(fields, { minLength: 1, maxLength: 3 })
    .map((chosen) => chosen.map((field, n) => `${/^\w+/.exec(field)?.[0]}${n}: ${field}`).join(' '));

const page = (node: fc.Arbitrary<string>) =>
  some(
    fc.oneof(
      fc.constantFrom('totalCount', 'pageInfo { hasNextPage endCursor }'),
      some(
        fc.oneof(
          fc.constant('cursor'),
          node.map((inner) => `node { ${inner} }`),
        ),
      ).map((inner) => `edges { ${inner} }`),
    ),
  );
const sized = (name: string, given: string, inner: fc.Arbitrary<string>) =>
  fc.tuple(size, inner).map(([first, selection]) => {
    const all = [given, first === undefined ? '' : `first: ${first}`].filter(Boolean).join(', ');
    return `${name}${all === '' ? '' : `(${all})`} { ${selection} }`;
  });

const version = some(fc.constantFrom('version', 'data', 'patch', 'actor'));
const record = some(fc.oneof(fc.constantFrom('id', 'data', 'version'), sized('history', '', page(version))));
const collection = some(fc.constantFrom('name', 'schema', 'indexes { path state }'));

it('is at least the number of objects and documents in the response', async () => {
  const ids: string[] = [];
  for (let n = 0; n < 6; n++) {
    const { body } = await haven.rest('POST', '/collections/films/records', { data: { n, deep: { a: [1, 2] } } });
    ids.push(body.id);
    for (let again = 0; again < n; again++)
      await haven.rest('PATCH', `/collections/films/records/${body.id}`, { data: { again } });
  }
  const one = fc.constantFrom(...ids).map((id) => `collection: "films", id: "${id}"`);
  const roots = some(
    fc.oneof(
      sized('records', 'collection: "films"', page(record)),
      sized('collections', '', page(collection)),
      fc.tuple(one, record).map(([given, inner]) => `record(${given}) { ${inner} }`),
      fc.tuple(one, size, page(version)).map(([given, first, inner]) => {
        return `recordHistory(${given}, first: ${first ?? 3}) { ${inner} }`;
      }),
      sized('changes', 'after: "earliest"', some(record.map((inner) => `items { type record { ${inner} } }`))),
    ),
  );
  let fullest = 0;
  await fc.assert(
    fc.asyncProperty(roots, async (fields) => {
      const { status, body } = await haven.graphql(`{ ${fields} }`, {}, { 'graphql-cost': '1' });
      expect([status, body.errors], fields).toEqual([200, undefined]);
      const came = countOf(body.data) - 1;
      expect(came, fields).toBeLessThanOrEqual(body.extensions.cost.value);
      fullest = Math.max(fullest, came / body.extensions.cost.value);
    }),
    { numRuns: 150 },
  );
  expect(fullest, 'the estimate is near what comes, at times').toBeGreaterThan(0.5);
});

/**
 * Counts the objects in a response, except edges and page information. A record's document counts as one object,
 * whatever it contains.
 */
function countOf(value: unknown, name = ''): number {
  if (value === null || typeof value !== 'object' || name === 'pageInfo') return 0;
  if (['data', 'schema', 'patch'].includes(name) && name !== '') return 1;
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + countOf(item, name), 0);
  const inner = Object.entries(value).reduce((sum, [key, member]) => sum + countOf(member, key.replace(/\d+$/, '')), 0);
  return inner + (name === 'edges' ? 0 : 1);
}

beforeEach(async () => {
  await haven.rest('POST', '/collections', {
    name: 'films',
    schema: { type: 'object' },
    indexes: ['n', 'again'],
  });
  await haven.rest('POST', '/collections', { name: 'books' });
});
