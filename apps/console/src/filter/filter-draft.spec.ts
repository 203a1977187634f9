import { expect, it } from 'vitest';

import type { Column } from '../columns/columns.js';
import { draftOf, newCondition, readDraft } from './filter-draft.js';

const column = (path: string, type: Column['type']): [string, Column] => [
  path,
  { path, names: [path], label: path, type, isDeclared: true },
];
const columns = new Map([column('title', 'text'), column('year', 'number')]);

it.each([{ title: '' }, { title: '12', year: 12 }, { other: { _in: [1, null] } }, { other: { _ne: 'true' } }])(
  'shows %j as texts, and reads it again',
  (filter) => {
    expect(readDraft(draftOf(filter, columns)!, columns)).toEqual({ filter });
  },
);

it.each([{ year: '1995' }, { year: { _in: [1, null] } }, { _not: { year: 1995 } }])(
  'leaves %j to the JSON editor',
  (filter) => {
    expect(draftOf(filter, columns)).toBeNull();
  },
);

it('leaves out conditions that are not complete', () => {
  const conditions = [newCondition('title', '_eq'), newCondition('', '_eq', 'x'), newCondition('year', 'empty')];
  expect(readDraft({ match: 'all', conditions }, columns)).toEqual({ filter: { year: { _isNull: true } } });
});

it('says which operand is not valid', () => {
  const conditions = [newCondition('title', '_eq', 'Heat'), newCondition('year', '_gt', 'soon')];
  const read = readDraft({ match: 'all', conditions }, columns);
  expect('conditions' in read && read.conditions.map(({ error }) => error !== undefined)).toEqual([false, true]);
});
