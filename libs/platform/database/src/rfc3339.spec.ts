import { expect, it } from 'vitest';

import { toRfc3339 } from './rfc3339.js';

it.each([
  ['2026-11-23 09:30:00+00', '2026-11-23T09:30:00.000Z'],
  ['2026-11-23 09:30:00.1+00', '2026-11-23T09:30:00.100Z'],
  ['2026-11-23 09:30:00.123+00', '2026-11-23T09:30:00.123Z'],
])('converts %s to RFC 3339', (text, instant) => {
  expect(toRfc3339(text)).toBe(instant);
});
