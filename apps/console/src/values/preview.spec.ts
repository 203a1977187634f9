import { expect, test } from 'vitest';

import { previewOf, previewsOf } from './preview.js';

test('a short value is shown as it is', () => {
  const value = { a: [1, 'x', null, true], b: {} };
  expect(previewOf(value)).toEqual({ text: '{"a": [1, "x", null, true], "b": {}}', isCut: false });
  expect(JSON.parse(previewOf(value).text)).toEqual(value);
});

test('a long value is cut, and is not written as a whole', () => {
  const { text, isCut } = previewOf({ text: 'x'.repeat(5_000_000), more: [] }, 100);
  expect(isCut).toBe(true);
  expect(text.length).toBeLessThan(120);
  expect(
    previewOf(
      Array.from({ length: 1_000 }, (_, index) => index),
      50,
    ).text,
  ).toMatch(/^\[0, 1, 2.*…$/);
});

test('long strings are shown where they begin to differ', () => {
  const [before, after] = previewsOf(`${'x'.repeat(1_000)}before`, `${'x'.repeat(1_000)}after`);
  expect(before.text).toContain('before');
  expect(after.text).toContain('after');
  expect(before.isCut).toBe(true);
});
