import { expect, it } from 'vitest';

import { retryAfter } from './retry-after.js';

const NOW = Date.UTC(1994, 10, 6, 8, 49, 0);
const DAY_MS = 24 * 3_600_000;

it.each([
  ['0', 0],
  ['120', 120_000],
  ['86401', DAY_MS],
  ['9'.repeat(400), DAY_MS],
  ['Sun, 06 Nov 1994 08:49:37 GMT', 37_000],
  ['Sunday, 06-Nov-94 08:49:37 GMT', 37_000],
  ['Sun Nov  6 08:49:37 1994', 37_000],
  ['Sun, 06 Nov 1994 08:48:00 GMT', 0],
  ['Sun, 06 Nov 2050 08:48:00 GMT', DAY_MS],
  ['', null],
  ['-1', null],
  ['1.5', null],
  ['soon', null],
  ['1994-11-06T08:49:37Z', null],
  ['Sun, 99 Nov 1994 08:49:37 GMT', null],
  [['1', '2'], null],
  [undefined, null],
])('%s is %s ms', (header, wait) => {
  expect(retryAfter(header, NOW)).toBe(wait);
});
