import { expect, it } from 'vitest';

import { parseIdempotencyKey } from './idempotency-key.js';

it.each([
  ['"8e03978e"', '8e03978e'],
  ['8e03978e', '8e03978e'],
  ['order:7/line 2', 'order:7/line 2'],
  [String.raw`"a \"b\" \\c"`, String.raw`a "b" \c`],
  [String.raw`a "b" \c`, String.raw`a "b" \c`],
  [`"${'x'.repeat(255)}"`, 'x'.repeat(255)],
])('reads %s', (value, key) => {
  expect(parseIdempotencyKey([value])).toBe(key);
});

it.each([
  '',
  '""',
  '"',
  '"open',
  'x'.repeat(256),
  `"${'x'.repeat(256)}"`,
  String.raw`"bad \escape"`,
  '"a"b"',
  'schlüssel',
  'tab\tin',
])('refuses %s', (value) => {
  expect(() => parseIdempotencyKey([value])).toThrow('Idempotency-Key must be one string');
});

it('refuses two keys', () => {
  expect(() => parseIdempotencyKey(['a', 'a'])).toThrow('Idempotency-Key must be one string');
});
