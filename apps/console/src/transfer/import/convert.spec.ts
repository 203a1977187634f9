import { expect, it } from 'vitest';

import { RowReader } from '../files/row-reader.js';
import { assignCells, sharedMember } from '../tables/assignments.js';
import { converter } from './convert.js';
import type { ImportPlan } from './plan.js';

const plan: ImportPlan = {
  shape: 'document',
  upsertBy: null,
  mode: 'skip',
  firstRow: 'names',
  assignments: [
    { path: 'name', type: 'text' },
    { path: 'address.city', type: 'text' },
    { path: 'price', type: 'number' },
    { path: '', type: 'text' },
  ],
  decimal: ',',
  empty: 'missing',
};

function rowsOf(text: string) {
  const reader = new RowReader(';');
  return [...reader.push(text), ...reader.end()];
}

it('makes documents of rows', () => {
  const lines = rowsOf('007;Oslo;3,50;x\n"";;;').map(converter(plan));
  expect(lines.map((converted) => ('line' in converted ? JSON.parse(converted.line) : converted.problem))).toEqual([
    { name: '007', address: { city: 'Oslo' }, price: 3.5 },
    { name: '' },
  ]);
});

it('says why a row is none', () => {
  const lines = rowsOf('a;b;many;\na;b\na;b;9007199254740993;').map(converter(plan));
  expect(lines.map((converted) => ('problem' in converted ? converted.problem : ''))).toEqual([
    'price: this is not a number that can be stored exactly: many',
    'The row has 2 cells, but the first one has 4.',
    'price: this is not a number that can be stored exactly: 9007199254740993',
  ]);
});

it('keeps the numbers of JSON as they are written', () => {
  const item = { line: 1, text: '{\n"n": 9007199254740993}' };
  expect(converter(plan)(item)).toEqual({ line: '{ "n": 9007199254740993}' });
});

it('refuses JSON whose numbers would be rounded', () => {
  const assignments = [{ path: 'value', type: 'json' }] as const;
  const lines = rowsOf('"{""n"": 9007199254740993}"\n"{""n"": 1.50}"\n{').map(converter({ ...plan, assignments }));
  expect(lines).toEqual([
    { problem: 'value: this is not JSON that can be stored exactly: {"n": 9007199254740993}' },
    { line: '{"value":{"n":1.5}}' },
    { problem: 'value: this is not JSON that can be stored exactly: {' },
  ]);
});

it('finds members that more than one column sets', () => {
  const find = (...paths: string[]) => sharedMember(paths.map((path) => ({ path, type: 'text' })));
  expect(find('a', 'b', '', '', 'a.b')).toBe('a.b');
  expect(find('a', 'b', String.raw`a\.b`)).toBeUndefined();
  expect(find('a.b', 'a.c', 'd', 'd')).toBe('d');
});

it('assigns columns to the members of the schema, and to members with dots in their names', () => {
  const columns = [{ path: 'year', names: ['year'], label: 'year', type: 'number', isDeclared: true } as const];
  const input = { types: ['text', 'text'] as const, columns, firstRow: 'names' } as const;
  expect(assignCells(['Year', 'a.b'], { ...input, shape: 'document' })).toEqual([
    { path: 'year', type: 'number' },
    { path: 'a\\.b', type: 'text' },
  ]);
  expect(assignCells(['id', 'data.a.b', 'version'], { ...input, shape: 'record' }).map(({ path }) => path)).toEqual([
    'id',
    'data.a\\.b',
    '',
  ]);
});
