import type { JsonObject } from '@haven/kernel';
import type { CollectionSource } from '@haven/record-types';

const id = (collection: string) => ({ type: 'string', format: 'uuid', 'x-haven-ref': { collection } });

/** References, a union, recursion, names with spaces, defaults, an enum with null. */
const movies: JsonObject = {
  title: 'Movie',
  description: 'A feature film.',
  type: 'object',
  required: ['title', 'Major Genre', 'released'],
  additionalProperties: false,
  properties: {
    title: { type: 'string', minLength: 1, examples: ['Alien', 7], description: 'The original title.' },
    year: { type: 'integer', minimum: 1888, default: 1979 },
    'Major Genre': { type: ['string', 'null'], enum: ['Horror', 'Drama', null, 'Drama', 3] },
    director: id('directors'),
    cast: { type: 'array', items: id('actors') },
    released: { type: 'string', format: 'date-time', 'x-haven-default': '$now' },
    sequels: { type: 'array', items: { $ref: '#' } },
    studio: { $ref: '#/$defs/studio' },
    media: {
      oneOf: [
        {
          type: 'object',
          required: ['kind', 'discs'],
          properties: { kind: { const: 'dvd' }, discs: { type: 'integer' } },
        },
        { type: 'object', required: ['kind', 'url'], properties: { kind: { const: 'web' }, url: { type: 'string' } } },
      ],
    },
  },
  $defs: {
    studio: {
      type: 'object',
      required: ['city'],
      properties: { city: { type: 'string' }, parent: { $ref: '#/$defs/studio' }, $ref: { type: 'string' } },
    },
  },
};

/** Draft-07: a reference as the root, keywords that 2020-12 names differently, and others that only people read. */
const things: JsonObject = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: 'https://example.com/thing.json',
  $ref: '#/definitions/old-thing',
  definitions: {
    'old-thing': {
      type: 'object',
      required: ['size'],
      properties: {
        size: { $ref: '#size', description: 'The size in cm.', minimum: 100 },
        pair: { type: 'array', items: [{ type: 'string' }, true], additionalItems: false },
        code: { type: 'string', pattern: '^[A-Z]{2}-\\d+$' },
        'x-any': true,
        never: false,
        link: { default: { $ref: 'nowhere' }, enumDescriptions: { $ref: 'nowhere' }, const: { $ref: '#/nowhere' } },
      },
      patternProperties: { '^x-': {} },
      dependencies: { code: ['pair'], pair: { required: ['code'] } },
      if: { properties: { size: { const: 1 } } },
      then: { required: ['code'] },
    },
    size: { $id: '#size', type: 'integer', exclusiveMinimum: 0, title: 'Size' },
  },
};

/** Keywords of 2020-12 beside references. */
const events: JsonObject = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  allOf: [{ $ref: '#/$defs/Base' }, { properties: { tags: { $dynamicRef: '#tags' } } }],
  unevaluatedProperties: false,
  properties: { place: { $ref: '#/$defs/Base/properties/at', maxLength: 10 } },
  $defs: {
    Base: { type: 'object', required: ['at'], properties: { at: { type: 'string', minLength: 1 } } },
    Tags: {
      $dynamicAnchor: 'tags',
      type: 'array',
      prefixItems: [{ type: 'string' }],
      items: { type: ['number', 'null'] },
    },
  },
};

const collection = (
  name: string,
  schema: JsonObject | null,
  more: Partial<CollectionSource> = {},
): CollectionSource => ({
  name,
  description: null,
  schema,
  uniqueIndexes: [],
  references: [],
  ...more,
});

/** Collections whose schemas and names are hard for tools that read OpenAPI. */
export const HARD_COLLECTIONS: readonly CollectionSource[] = [
  collection('movies', movies, {
    description: 'Feature films.',
    uniqueIndexes: [
      { name: 'title,year', position: 0, paths: [['title'], ['year']] },
      { name: 'Major Genre', position: 1, paths: [['Major Genre']] },
    ],
    references: [
      { path: ['director'], collection: 'directors' },
      { path: ['cast'], collection: 'actors' },
    ],
  }),
  collection('directors', { type: 'object', properties: { name: { type: 'string' } } }),
  collection('actors', null, { uniqueIndexes: [{ name: 'email', position: 0, paths: [['email']] }] }),
  collection('things', things),
  collection('events', events),
  collection('webhooks', {}),
];
