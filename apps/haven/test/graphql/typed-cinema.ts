import { expect } from 'vitest';

import type { Haven } from '../support/haven.js';

const reference = (collection: string) => ({ type: 'string', 'x-haven-ref': { collection } });

const SCHEMAS = {
  agents: { properties: { name: { type: 'string' } } },
  people: {
    properties: {
      name: { type: 'string' },
      born: { type: 'string', format: 'date-time' },
      agent: reference('agents'),
    },
  },
  films: {
    required: ['title'],
    properties: {
      title: { type: 'string', maxLength: 100 },
      'Major Genre': { enum: ['Drama', 'Horror', 'on air'] },
      year: { type: 'integer', minimum: 1800, maximum: 3000 },
      views: { type: 'integer' },
      rating: { type: ['number', 'null'] },
      seen: { type: 'boolean' },
      premiere: { type: 'string', format: 'date-time' },
      code: { type: 'string' },
      tags: { type: 'array', items: { type: 'string' } },
      grid: { type: 'array', items: { type: 'array', items: { type: 'integer', minimum: 0, maximum: 9 } } },
      studio: {
        type: 'object',
        properties: { city: { type: 'string' }, owner: reference('people'), size: { $ref: '#/$defs/Size' } },
      },
      scenes: { type: 'array', items: { $ref: '#/$defs/Scene' } },
      release: {
        oneOf: [
          {
            type: 'object',
            required: ['kind'],
            properties: { kind: { const: 'cinema' }, screens: { type: 'integer' } },
          },
          { type: 'object', required: ['kind'], properties: { kind: { const: 'stream' }, url: { type: 'string' } } },
        ],
      },
      notes: {},
      director: reference('people'),
      cast: { type: 'array', items: reference('people') },
    },
    $defs: {
      Size: { type: 'object', properties: { width: { type: 'number' } } },
      Scene: {
        type: 'object',
        properties: { name: { type: 'string' }, scenes: { type: 'array', items: { $ref: '#/$defs/Scene' } } },
      },
    },
  },
};

/** A document of `films` with every kind of value. */
export const ALIEN = {
  title: 'Alien "8"\n😀',
  'Major Genre': 'Horror',
  year: 1979,
  views: 9_007_199_254_740_991,
  rating: 8.5,
  seen: true,
  premiere: '1979-05-25T20:00:00+02:00',
  code: 'MU-TH-UR',
  tags: ['space', 'a "b"', ''],
  grid: [[1, 2], [], [3]],
  studio: { city: 'London', size: { width: 12.5 }, more: { deep: [1] } },
  scenes: [{ name: 'Eggs', scenes: [{ name: 'Face' }] }, { name: 'Chest' }],
  release: { kind: 'cinema', screens: 91 },
  notes: { any: [1, null, 'x'] },
};

/** Creates the collections `agents`, `people` and `films`, whose records refer to each other. */
export async function createCinema(haven: Haven): Promise<void> {
  const indexes = { films: [{ paths: ['code'], unique: true }] };
  for (const [name, schema] of Object.entries(SCHEMAS)) {
    const { body, status } = await haven.rest('POST', '/collections', {
      name,
      schema,
      ...(name === 'films' && { indexes: indexes.films }),
    });
    expect([body.detail, status]).toEqual([undefined, 201]);
  }
}

export const created = async (haven: Haven, collection: string, data: object): Promise<any> => {
  const { body, status } = await haven.rest('POST', `/collections/${collection}/records`, { data });
  expect([body.detail, status]).toEqual([undefined, 201]);
  return body;
};
