import { expect, test } from 'vitest';

import { pickerFilter } from './picker-filter.js';

const schema = {
  properties: { born: { type: 'integer' }, name: { type: ['string', 'null'] }, note: { type: 'string' } },
};

test('searches if the collection has search, and otherwise by the members that name records', () => {
  expect(pickerFilter({ search: { paths: ['name'] } as never, schema }, ' ann ')).toEqual({ _search: 'ann' });
  expect(pickerFilter({ search: null, schema }, '50%')).toEqual({ _or: [{ name: { _ilike: String.raw`%50\%%` } }] });
});

test('lists all records if there is nothing to search for or by', () => {
  expect(pickerFilter({ search: null, schema }, ' ')).toEqual({});
  expect(pickerFilter({ search: null, schema: null }, 'ann')).toEqual({});
});
