import { readFileSync } from 'node:fs';

import fc from 'fast-check';
import { buildSchema, execute, parse } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { describe, expect, it } from 'vitest';

import type { GraphqlContext } from '@haven/api';
import { printJson, RawJson } from '@haven/kernel';

import { GenericSchema } from './generic-schema.js';

const SDL = readFileSync(new URL('../../../../docs/schema.graphql', import.meta.url), 'utf8');

/** What the resolvers return next, and which of them have been called. */
let returned: Record<string, unknown> = {};
let calls: string[] = [];

function schemaWithResolvers(): GraphQLSchema {
  const schema = buildSchema(SDL);
  for (const type of [schema.getQueryType(), schema.getMutationType()]) {
    for (const field of Object.values(type?.getFields() ?? {}))
      field.resolve = async (_source, _args, _context, { path }) => {
        calls.push(String(path.key));
        const value = returned[field.name];
        if (value instanceof Failure) throw value;
        return value;
      };
  }
  const history = schema.getType('Record') as unknown as { getFields(): Record<string, { resolve: unknown }> };
  Object.assign(history.getFields()['history'] ?? {}, {
    resolve: (_source: unknown, args: object) => ({ edges: [args] }),
  });
  return schema;
}

class Failure extends Error {}

const compiled = new GenericSchema(schemaWithResolvers());
const plain = schemaWithResolvers();

async function executions(text: string, variables: Record<string, unknown> = {}) {
  const document = parse(text);
  const args = () => ({
    document,
    variableValues: variables,
    contextValue: {} as GraphqlContext, // its own for each operation
  });
  calls = [];
  const found = await compiled.execute({ schema: compiled.schema, ...args() });
  const resolved = [...calls];
  const expected = await execute({ schema: plain, ...args() });
  return { found: printed(found), expected: printed(expected), resolved, isCompiled: found.data instanceof RawJson };
}

function printed({ data, errors }: { data?: unknown; errors?: readonly { toJSON(): unknown }[] | undefined }): string {
  return printJson({ data, errors: errors?.map((error) => error.toJSON()) });
}

const RECORD = {
  id: '0190a000-0000-7000-8000-000000000001',
  collection: 'movies',
  version: 3,
  data: new RawJson('{"title": "Alien", "n":1e2}'),
  createdAt: '2026-11-23T09:30:00.000Z',
  updatedAt: '2026-11-23T09:30:00.000Z',
};

describe('the generic schema', () => {
  it.each([
    '{ record(collection: "movies", id: "x") { id version data createdAt } }',
    '{ records(collection: "movies") { edges { cursor node { ...R } } pageInfo { endCursor } totalCount } } fragment R on Record { id }',
    'mutation { a: deleteRecord(collection: "movies", id: "x") createRecord(collection: "movies", data: {}) { id } }',
  ])('writes %s by a compiled selection', async (query) => {
    returned = {
      record: RECORD,
      records: {
        edges: [{ node: RECORD, cursor: 'c' }],
        pageInfo: { endCursor: null },
        totalCount: Promise.resolve(1),
      },
      deleteRecord: true,
      createRecord: RECORD,
    };
    const { isCompiled, found, expected } = await executions(query);
    expect({ isCompiled, found }).toEqual({ isCompiled: true, found: expected });
  });

  it.each([
    [
      'a field with a resolver of its own',
      '{ record(collection: "a", id: "x") { history(first: 1) { edges { cursor } } } }',
    ],
    ['introspection', '{ __type(name: "Record") { name } }'],
    ['an operation that does not exist', 'query A { __typename } query B { __typename }'],
    ['variables that are not valid', 'query($id: ID!) { record(collection: "a", id: $id) { id } }'],
  ])('leaves %s to graphql-js', async (_, query) => {
    returned = { record: RECORD };
    const { isCompiled, found, expected } = await executions(query);
    expect({ isCompiled, found }).toEqual({ isCompiled: false, found: expected });
  });

  it('calls each resolver once, in order, if graphql-js completes what others have resolved', async () => {
    returned = { createRecord: new Failure('refused'), deleteRecord: true };
    const create = 'createRecord(collection: "a", data: {}) { id }';
    const { found, expected, resolved } = await executions(
      `mutation { b: ${create} a: deleteRecord(collection: "a", id: "x") c: deleteRecord(collection: "a", id: "y") }`,
    );
    expect(found).toBe(expected);
    expect(JSON.parse(found)).toMatchObject({ data: { b: null, a: true, c: true }, errors: [{ path: ['b'] }] });
    expect(resolved).toEqual(['b', 'a', 'c']);
  });

  it('returns what graphql-js returns, for any selection and any values', async () => {
    let written = 0;
    await fc.assert(
      fc.asyncProperty(
        selections.root,
        selections.record,
        fc.record({ record: values.record, records: values.connection }),
        fc.boolean(),
        fc.boolean(),
        async (root, named, results, a, b) => {
          returned = results;
          const query = `query ($a: Boolean!, $b: Boolean!) ${root} fragment Named on Record ${named}`;
          const { found, expected, isCompiled } = await executions(query, { a, b });
          expect(found).toBe(expected);
          if (isCompiled) written++;
        },
      ),
      { numRuns: 150 },
    );
    expect(written).toBeGreaterThan(30);
  });
});

/** Values that a field may have: mostly of its type, and sometimes ones that graphql-js converts or refuses. */
function mostly(regular: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const irregular = fc.constantFrom<unknown>(
    null,
    undefined,
    1.5,
    2 ** 31,
    -0,
    NaN,
    '7',
    '',
    true,
    [],
    {},
    new Failure('no'),
  );
  return fc.oneof({ weight: 30, arbitrary: regular }, { weight: 1, arbitrary: irregular });
}

/** Promises of values without errors: graphql-js 16 leaves rejections behind if a field beside a promise has an error. */
function later(value: fc.Arbitrary<unknown>): fc.Arbitrary<Promise<unknown>> {
  return value.map((resolved) => Promise.resolve(resolved));
}

const text = fc.oneof(
  fc.constantFrom('movies', '2026-11-23T09:30:00.000Z'),
  fc.string({ unit: 'grapheme', maxLength: 70 }),
);
const data = fc.json().map((json) => new RawJson(`{"a": ${json}}`));
const record = mostly(
  fc.record({
    id: mostly(text),
    collection: mostly(text),
    version: mostly(fc.integer({ min: 1, max: 2 ** 31 - 1 })),
    data: mostly(data),
    createdAt: mostly(fc.oneof({ weight: 9, arbitrary: text }, later(text))),
    updatedAt: mostly(text),
    expanded: mostly(fc.constantFrom(undefined, { director: null })),
  }),
);
const values = {
  record,
  connection: mostly(
    fc.record({
      edges: mostly(fc.array(mostly(fc.record({ node: record, cursor: mostly(text) })), { maxLength: 3 })),
      pageInfo: mostly(
        fc.record({ hasNextPage: mostly(fc.boolean()), startCursor: mostly(later(text)), endCursor: mostly(text) }),
      ),
      totalCount: mostly(later(fc.nat(9))),
      truncated: mostly(fc.boolean()),
    }),
  ),
};

/** Selections with everything that a selection can have. */
const selections = fc.letrec<Record<'root' | 'record' | 'connection' | 'edge' | 'page', string>>((tie) => {
  const leaves = (...names: string[]) =>
    fc.constantFrom(...names, ...names.map((name) => `x_${name}: ${name}`), '__typename');
  const condition = fc.constantFrom('', '@skip(if: $a)', '@include(if: $a)', '@include(if: $b)', '@skip(if: false)');
  const set = (...parts: fc.Arbitrary<string>[]) =>
    fc
      .array(fc.oneof({ maxDepth: 4, withCrossShrink: true }, ...parts), { minLength: 1, maxLength: 4 })
      .map((all) => `{ ${all.join(' ')} }`);
  const nested = (name: string, type: 'record' | 'connection' | 'edge' | 'page') =>
    fc.tuple(condition, tie(type)).map(([when, inner]) => `${name} ${when} ${inner}`);
  const fragment = (on: string, type: 'root' | 'record' | 'connection') =>
    fc.tuple(condition, tie(type)).map(([when, inner]) => `... ${on} ${when} ${inner}`);
  const fields = ['id', 'collection', 'version', 'data', 'createdAt', 'updatedAt', 'expanded'];
  const one = 'record(collection: "movies", id: "x")';
  const list = 'records(collection: "movies")';
  return {
    root: set(
      nested(one, 'record'),
      nested(`other: ${one}`, 'record'),
      nested(list, 'connection'),
      nested(list, 'connection'),
      fragment('on Query', 'root'),
      fc.constant('__typename'),
    ),
    record: set(
      fc.tuple(leaves(...fields), condition).map((parts) => parts.join(' ')),
      leaves(...fields),
      fragment('on Record', 'record'),
      fragment('', 'record'),
    ),
    connection: set(
      nested('edges', 'edge'),
      nested('again: edges', 'edge'),
      nested('pageInfo', 'page'),
      leaves('totalCount', 'truncated'),
      fragment('on RecordConnection', 'connection'),
    ),
    edge: set(nested('node', 'record'), leaves('cursor'), fc.constant('node { ...Named }')),
    page: set(leaves('hasNextPage', 'endCursor', 'startCursor')),
  };
});
