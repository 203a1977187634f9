import { expect, test } from 'vitest';

import { idsAt, referrersFilter } from './reference-values.js';

test('finds the ids of a reference', () => {
  const data = { studio: { owner: 'x' }, cast: ['a', null, 'b'], director: null };
  expect(idsAt(data, 'studio.owner')).toEqual(['x']);
  expect(idsAt(data, 'cast')).toEqual(['a', 'b']);
  expect(idsAt(data, 'director')).toEqual([]);
  expect(idsAt(data, 'toString')).toEqual([]);
});

test('filters the records that refer to a record', () => {
  const list = { type: ['array', 'null'] };
  const schema = { properties: { director: { type: 'string' }, cast: { $ref: '#/$defs/list' } }, $defs: { list } };
  expect(referrersFilter(schema, 'director', 'x')).toEqual({ director: 'x' });
  expect(referrersFilter(schema, 'cast', 'x')).toEqual({ cast: { _contains: 'x' } });
});
