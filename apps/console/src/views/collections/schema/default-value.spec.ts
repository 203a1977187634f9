import { expect, test } from 'vitest';

import { defaultText, readDefault } from './default-value.js';

test.each([
  ['text' as const, 'a', 'a'],
  ['integer' as const, 12, '12'],
  ['boolean' as const, false, 'false'],
  ['texts' as const, [], '[]'],
  ['any' as const, 'a', '"a"'],
])('a default of the kind %s is written and read: %j', (kind, value, text) => {
  expect(defaultText(kind, value)).toBe(text);
  expect(readDefault(kind, text)).toEqual({ value });
});

test('refuses what the server would refuse or change', () => {
  expect(readDefault('text', '$x')).toHaveProperty('problem');
  expect(readDefault('integer', 'x')).toHaveProperty('problem');
});
