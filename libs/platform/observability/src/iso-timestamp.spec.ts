import { expect, it } from 'vitest';

import { isoTimestamp } from './iso-timestamp.js';

it.each([0, 7, 999, 1_000, 1_700_000_000_042, 1_700_000_000_999, 1_700_000_001_000])(
  'formats %d as Date does',
  (now) => expect(isoTimestamp(now)).toBe(new Date(now).toISOString()),
);
