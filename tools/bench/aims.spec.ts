import { expect, it } from 'vitest';

import { aimText, atLeast, atMost, below, isMissed } from './aims.ts';

it.each([
  [1.104, atMost(1.1, 2), false],
  [1.106, atMost(1.1, 2), true],
  [29_999, atLeast(30_000, 0), true],
  [30_000, atLeast(30_000, 0), false],
  [99.9, below(100, 1), false],
  [99.96, below(100, 1), true],
  [NaN, below(100, 1), false],
])('compares %d with an aim as both are shown', (value, aim, missed) => {
  expect(isMissed({ value, aim })).toBe(missed);
});

it('shows an aim with its sign', () => {
  expect([atMost(1.1, 2), atLeast(30_000, 0), below(100, 1), undefined].map(aimText)).toEqual([
    '≤ 1.10',
    '≥ 30,000',
    '< 100',
    '',
  ]);
});
