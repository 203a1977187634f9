import { readFileSync } from 'node:fs';

import { buildSchema, isInputObjectType } from 'graphql';
import type { GraphQLInputObjectType, GraphQLSchema } from 'graphql';

import type { JsonObject } from '@haven/kernel';
import { deriveTypes, genericNames } from '@haven/record-types';
import type { CollectionSource, VisibleTypes } from '@haven/record-types';

import type { RootResolvers } from './root-resolvers.js';
import { buildTypedSchema } from './typed-schema.js';

/** The generic schema, for the specs of this library. */
export const generic: GraphQLSchema = buildSchema(
  readFileSync(new URL('../../../../docs/schema.graphql', import.meta.url), 'utf8'),
);

/** For specs that execute nothing. */
export const NO_RESOLVERS: RootResolvers = { resolve: () => () => null, subscribe: () => () => null };

/** Movies and people, with an example of everything that has a type. */
export const EXAMPLES: readonly CollectionSource[] = [
  collection('movies', {
    description: 'A film.',
    required: ['title', 'year', 'status', 'cast'],
    properties: {
      title: { type: 'string', description: 'The title in its country.' },
      year: { type: 'integer', minimum: 1800, maximum: 3000 },
      views: { type: 'integer' },
      rating: { type: ['number', 'null'] },
      'Major Genre': { type: 'string' },
      premiere: { type: 'string', format: 'date-time' },
      seen: { type: 'boolean' },
      status: { enum: ['draft', 'on air', '3d'] },
      tags: { type: 'array', items: { type: 'string' } },
      director: { type: 'string', 'x-haven-ref': { collection: 'people' } },
      cast: { type: 'array', items: { type: 'string', 'x-haven-ref': { collection: 'people' } } },
      acts: { type: 'array', items: { $ref: '#/$defs/Act' } },
      finale: { $ref: '#/$defs/Act' },
      release: {
        oneOf: [
          {
            type: 'object',
            required: ['kind'],
            properties: { kind: { const: 'cinema' }, screens: { type: 'integer', minimum: 0, maximum: 99 } },
          },
          { type: 'object', required: ['kind'], properties: { kind: { const: 'stream' }, url: { type: 'string' } } },
        ],
      },
      notes: {},
    },
    $defs: {
      Act: {
        type: 'object',
        required: ['name'],
        properties: {
          name: { type: 'string' },
          'a.b': { type: 'number' },
          parts: { type: 'array', items: { $ref: '#/$defs/Act' } },
          next: { $ref: '#/$defs/Act' },
        },
      },
    },
  }),
  collection('people', {
    required: ['name'],
    properties: {
      name: { type: 'string' },
      address: { type: 'object', required: ['city'], properties: { city: { type: 'string' } } },
    },
  }),
];

/** Returns what a caller with all scopes sees of collections. */
export function allOf(sources: readonly CollectionSource[]): VisibleTypes {
  const { collections } = deriveTypes(sources, genericNames);
  return {
    key: '',
    collections: [...collections.values()].flatMap(({ typed }) =>
      typed ? [{ types: typed, canRead: true, canWrite: true, canFollow: true }] : [],
    ),
  };
}

const example = buildTypedSchema(generic, allOf(EXAMPLES), NO_RESOLVERS);

/** Returns an input type of the schema of movies and people. */
export function exampleInput(name: string): GraphQLInputObjectType {
  const type = example.schema.getType(name);
  if (!isInputObjectType(type)) throw new Error(`There is no input type ${name}.`);
  return type;
}

function collection(name: string, schema: JsonObject): CollectionSource {
  return name === 'movies'
    ? {
        name,
        description: null,
        schema,
        uniqueIndexes: [{ name: 'title,year', paths: [['title'], ['year']], position: 0 }],
        references: [
          { path: ['director'], collection: 'people' },
          { path: ['cast'], collection: 'people' },
        ],
      }
    : { name, description: null, schema, uniqueIndexes: [], references: [] };
}
