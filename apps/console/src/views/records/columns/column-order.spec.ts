import { expect, it } from 'vitest';

import { columnsOf } from '../../../columns/collection-columns.js';
import { moved, ordered, visibility } from './column-order.js';

const collection = { schema: { properties: { a: {}, b: {}, c: {} } }, references: [] };
const columns = columnsOf(collection as never, []); // nothing else of a collection is read
const settings = { order: [], shown: {}, widths: {} };
const paths = (order: string[]) => ordered(columns, { ...settings, order }).map(({ path }) => path);

it('keeps the id first, and columns without a place behind the others', () => {
  expect(paths([])).toEqual(['$id', 'a', 'b', 'c', '$version', '$createdAt', '$updatedAt']);
  expect(paths(['c', 'gone', 'a'])).toEqual(['$id', 'c', 'a', 'b', '$version', '$createdAt', '$updatedAt']);
});

it('moves a column by one place', () => {
  expect(moved(columns, 'b', -1).slice(0, 3)).toEqual(['b', 'a', 'c']);
  expect(moved(columns, 'a', -1).slice(0, 3)).toEqual(['a', 'b', 'c']);
});

it('always shows the id', () => {
  const shown = visibility(columns, { ...settings, shown: { $id: false, a: false, $version: true } });
  expect(shown).toMatchObject({ $id: true, a: false, b: true, $version: true, $createdAt: false });
});
