import { expect, test } from 'vitest';

import { isLarge, sizeUpTo } from './document-size.js';

test('distinguishes large documents from small ones', () => {
  expect(isLarge({ a: 'x'.repeat(300_000) })).toBe(true);
  expect(isLarge({ a: Array.from({ length: 100_000 }, (_, index) => index) })).toBe(true);
  expect(isLarge({ a: 'x', b: [1, 2, null] })).toBe(false);
});

test('estimates about the length of the JSON', () => {
  const value = { title: 'Alien', year: 1979, tags: ['a', 'b'], studio: { name: 'Fox' } };
  const { length } = JSON.stringify(value);
  expect(Math.abs(sizeUpTo(value, 10_000) - length)).toBeLessThan(length / 4);
});
