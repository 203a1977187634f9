import { describe, expect, it } from 'vitest';

import { expiresAt } from './expiry.js';

const now = Date.parse('2026-11-30T12:00:00Z');

describe('expiresAt', () => {
  it('is null, a number of days from now, or a local time', () => {
    expect(expiresAt('never', '', now)).toBeNull();
    expect(expiresAt('30', '', now)).toBe('2026-12-30T12:00:00.000Z');
    expect(expiresAt('at', '2027-02-03T04:05', now)).toBe(new Date(2027, 1, 3, 4, 5).toISOString());
  });
});
