import { expect, test } from 'vitest';

import { stateText } from './index-states.js';

test.each([
  [{ state: 'ready' as const }, 'Ready'],
  [{ state: 'building' as const }, 'Building'],
  [{ state: 'building' as const, done: 0, total: 0 }, 'Building'],
  [{ state: 'building' as const, done: 128, total: 256 }, 'Building, 50 %'],
  [{ state: 'building' as const, done: 300, total: 256 }, 'Building, 99 %'],
])('%j is shown as %s', (state, text) => {
  expect(stateText(state)).toBe(text);
});
