import { describe, expect, it } from 'vitest';

import { InvalidValue, parseCell, parseList, parseValue, printFor, printList } from './cell-values.js';
import type { ColumnType } from './columns.js';

const declared = (type: ColumnType) => ({ type, isDeclared: true });
const guessed = (type: ColumnType) => ({ type, isDeclared: false });

describe('parseValue', () => {
  it.each([
    ['12', declared('number'), 12],
    ['-0.5', declared('number'), -0.5],
    ['12', declared('text'), '12'],
    ['', declared('text'), ''],
    ['12', guessed('number'), 12],
    ['twelve', guessed('number'), 'twelve'],
    ['12', guessed('any'), 12],
    ['null', guessed('any'), null],
    ['heat', guessed('any'), 'heat'],
    ['true', declared('boolean'), true],
    ['["a"]', declared('json'), ['a']],
    ['2', { type: 'choice', isDeclared: true, choices: [1, 2, 'two'] } as const, 2],
  ])('reads %j', (text, column, value) => {
    expect(parseValue(text, column)).toEqual(value);
  });

  it.each([
    ['twelve', declared('number')],
    ['12345678901234567890', declared('number')],
    ['heat', declared('json')],
    ['12345678901234567890', guessed('number')],
    ['0.1000000000000000055', guessed('any')],
    ['{"a": 0.1000000000000000055}', declared('json')],
  ])('refuses %j', (text, column) => {
    expect(() => parseValue(text, column)).toThrow(InvalidValue);
  });

  it.each([12, '12', '12345678901234567890', 'heat', '', null, true, 'true', { a: [1] }, ['a']])(
    'reads %j from its own text',
    (value) => {
      expect(parseValue(printFor(value, guessed('any')), guessed('any'))).toEqual(value);
    },
  );
});

describe('parseCell', () => {
  it.each([
    ['', declared('number'), undefined],
    [' ', guessed('number'), undefined],
    ['', declared('date'), undefined],
    ['', declared('text'), ''],
    ['', guessed('text'), ''],
    ['12', declared('number'), 12],
  ])('reads %j', (text, column, value) => {
    expect(parseCell(text, column)).toBe(value);
  });

  it('does not remove a member that is required', () => {
    expect(() => parseCell('', { ...declared('number'), isRequired: true })).toThrow(InvalidValue);
  });
});

describe('lists', () => {
  it.each([
    [['a', 'b'], 'a, b'],
    [[1, null], '1, null'],
    [['a, b'], '["a, b"]'],
    [[''], '[""]'],
    [[], ''],
  ])('prints %j and reads it again', (values, text) => {
    expect(printList(values, guessed('any'))).toBe(text);
    expect(parseList(text, guessed('any'))).toEqual(values);
  });

  it.each(['12345678901234567890, 1', '[12345678901234567890, 1]'])('refuses %s', (text) => {
    expect(() => parseList(text, guessed('any'))).toThrow(InvalidValue);
  });
});
