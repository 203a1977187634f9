import { expect, test } from 'vitest';

import { readDocument, readJson } from './document-text.js';

test('reads a document', () => expect(readDocument('{"a":[1.50]}')).toEqual({ data: { a: [1.5] } }));

test.each(['', '{', '[]', '"a"', 'null'])('refuses %j', (text) => {
  expect(readDocument(text)).toHaveProperty('problem');
});

test.each([
  ['{"id": 12345678901234567891}', '12345678901234567891', '12345678901234567000'],
  ['[{"a": "\\"1", "b": -0.1000000000000000055}]', '-0.1000000000000000055', '-0.1'],
  ['1e-400', '1e-400', '0'],
])('refuses a number that would be changed in %s', (text, number, stored) => {
  const problem = `The number ${number} cannot be stored: it has too many digits and would become ${stored}.`;
  expect(readJson(text)).toEqual({ problem, isInexact: true });
});

test('refuses a number that is too great', () => {
  expect(readJson('[1e999]')).toMatchObject({ problem: expect.stringContaining('the greatest number is') });
});

test('does not take texts for numbers', () => {
  const value = { '0.1000000000000000055': 'a\\"12345678901234567891', b: ['\\', '\n12345678901234567891'] };
  expect(readJson(JSON.stringify(value))).toEqual({ value });
});

test('reads texts of megabytes', () => {
  const value = { long: '"\\x'.repeat(500_000), numbers: Array.from({ length: 100_000 }, (_, index) => index / 10) };
  expect(readJson(JSON.stringify(value))).toEqual({ value });
});
