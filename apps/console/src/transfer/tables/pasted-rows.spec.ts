import { expect, test } from 'vitest';

import type { Column } from '../../columns/columns.js';
import { sharedMember } from './assignments.js';
import { assign, documentsOf, readPasted } from './pasted-rows.js';
import { readTable } from './read-table.js';

const columns: Column[] = [
  { path: 'title', names: ['title'], label: 'title', type: 'text', isDeclared: true },
  { path: 'year', names: ['year'], label: 'year', type: 'number', isDeclared: true },
  { path: 'studio.city', names: ['studio', 'city'], label: 'studio.city', type: 'text', isDeclared: true },
];

test('cells of a spreadsheet may have quotes, separators and line breaks', () => {
  expect(readTable('a\tb\r\n"x ""y""\nz"\t1,5\r\n\t\r\nlast')).toEqual([
    ['a', 'b'],
    ['x "y"\nz', '1,5'],
    ['last', ''],
  ]);
  expect(readTable('a;b\n1,5;2')).toEqual([
    ['a', 'b'],
    ['1,5', '2'],
  ]);
  expect(readTable('"Alien" (1979)\t1,5\n"open\t2\nlast')).toEqual([
    ['"Alien" (1979)', '1,5'],
    ['"open', '2'],
    ['last', ''],
  ]);
  expect(readTable('')).toEqual([]);
});

test('columns become members by their names, with the types of the schema', () => {
  const { table } = tableOf(
    'Title\tyear\tstudio.city\tcode\trating\tseen\n007\t1979\tOslo\t007\t8.5\tTRUE\nx\tn/a\t\t8\t\tfalse',
  );
  const assignments = assign(table, columns, 'names');
  expect(assignments.map(({ path, type }) => `${path}: ${type}`)).toEqual([
    'title: text',
    'year: number',
    'studio.city: text',
    'code: text',
    'rating: number',
    'seen: boolean',
  ]);
  expect(documentsOf(table.slice(1), assignments)).toEqual([
    { title: '007', year: 1979, studio: { city: 'Oslo' }, code: '007', rating: 8.5, seen: true },
    { title: 'x', year: 'n/a', code: '8', seen: false }, // the dry run says that the year is not a number
  ]);
});

test('a name that the schema does not declare is one member, and members that two columns set are found', () => {
  const { table } = tableOf('Nr.\t$id\tTitle\ttitle\n1\tx\tAlien\tAliens');
  const assignments = assign(table, columns, 'names');
  expect(assignments.map(({ path }) => path)).toEqual(['Nr\\.', '\\$id', 'title', 'title']);
  expect(sharedMember(assignments)).toBe('title');
  expect(documentsOf(table.slice(1), assignments.slice(0, 2))).toEqual([{ 'Nr.': 1, $id: 'x' }]);
});

test('without names, the columns become the members of the schema in their order', () => {
  const { table } = tableOf('Alien\t1979\t\tmore\nAliens\t1986\t\tmore');
  const assignments = assign(table, columns, 'values');
  expect(assignments.map(({ path }) => path)).toEqual(['title', 'year', 'studio.city', '']);
  expect(documentsOf(table, assignments)).toEqual([
    { title: 'Alien', year: 1979 },
    { title: 'Aliens', year: 1986 },
  ]);
});

test('JSON is read as documents', () => {
  expect(readPasted('[{"a": 1}, {"a": "1"}]')).toEqual({ kind: 'documents', documents: [{ a: 1 }, { a: '1' }] });
  expect(readPasted('{"a": 1}\n\n{"b": 2}\n')).toEqual({ kind: 'documents', documents: [{ a: 1 }, { b: 2 }] });
  expect(readPasted('{"a": 1}')).toEqual({ kind: 'documents', documents: [{ a: 1 }] });
  expect(readPasted('[x]\t1').kind).toBe('table');
});

test('numbers that cannot be stored are refused, or stay texts', () => {
  const refused = { kind: 'refused', problem: expect.stringContaining('0.1000000000000000055') };
  expect(readPasted('[{"a": 0.1000000000000000055}]')).toEqual(refused);
  expect(readPasted('{"a": 1}\n{"a": 0.1000000000000000055}')).toEqual(refused);
  const assignments = [
    { path: 'a', type: 'number' },
    { path: 'b', type: 'json' },
  ] as const;
  const cells = ['12345678901234567891', '[12345678901234567891]'];
  expect(documentsOf([cells], assignments)).toEqual([{ a: cells[0], b: cells[1] }]);
});

function tableOf(text: string) {
  const pasted = readPasted(text);
  if (pasted.kind !== 'table') throw new Error('The text is not a table.');
  return pasted;
}
