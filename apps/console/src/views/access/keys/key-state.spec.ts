import { describe, expect, it } from 'vitest';

import { keyState } from './key-state.js';

const now = Date.parse('2026-11-30T12:00:00Z');
const key = {
  id: '5f3a9c0d1e2b4a67',
  name: 'web shop',
  scopes: [],
  collections: null,
  createdAt: '2026-11-01T00:00:00.000Z',
  expiresAt: null,
  lastUsedAt: null,
  revokedAt: null,
  previousUntil: null,
};

describe('keyState', () => {
  it('is active without an end, and long before it', () => {
    expect(keyState(key, now)).toBe('active');
    expect(keyState({ ...key, expiresAt: '2027-01-01T00:00:00.000Z' }, now)).toBe('active');
  });

  it('says that a key expires soon, and that it has expired', () => {
    expect(keyState({ ...key, expiresAt: '2026-12-01T00:00:00.000Z' }, now)).toBe('expiring');
    expect(keyState({ ...key, expiresAt: '2026-11-30T12:00:00.000Z' }, now)).toBe('expired');
  });

  it('is revoked, whether or not it has expired', () => {
    expect(
      keyState({ ...key, expiresAt: '2026-11-02T00:00:00.000Z', revokedAt: '2026-11-01T00:00:00.000Z' }, now),
    ).toBe('revoked');
  });
});
