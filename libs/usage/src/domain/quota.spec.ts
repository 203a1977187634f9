import { describe, expect, it } from 'vitest';

import { demandRoom, limitsOf } from './quota.js';
import type { Amounts } from './quota.js';

const configured: Amounts = { collections: 10, records: 0, bytes: 1_000, keys: 5 };

describe('the limits of a tenant', () => {
  it('are those that are configured, where 0 is none', () => {
    expect(limitsOf(configured, {})).toEqual({ collections: 10, records: Infinity, bytes: 1_000, keys: 5 });
  });

  it('are its own where it has some, which may lift a limit', () => {
    const own = limitsOf(configured, { records: 7, bytes: 0 });
    expect(own).toEqual({ collections: 10, records: 7, bytes: Infinity, keys: 5 });
  });
});

describe('room', () => {
  const standing = (collections: number) => ({
    used: { collections, records: 0, bytes: 0, keys: 0 },
    limits: limitsOf(configured, {}),
  });

  it('is there up to the limit, and not beyond', () => {
    expect(() => demandRoom(standing(9), 'collections', 1)).not.toThrow();
    expect(() => demandRoom(standing(10), 'collections', 1)).toThrow(
      'The tenant may have 10 collections (quotas.collections); it has 10, and this would add 1.',
    );
  });

  it('is always there for what takes nothing more, even past the limit', () => {
    expect(() => demandRoom(standing(20), 'collections', 0)).not.toThrow();
    expect(() => demandRoom(standing(20), 'collections', -1)).not.toThrow();
  });

  it('is there where there is no limit', () => {
    expect(() => demandRoom(standing(0), 'records', 1_000_000)).not.toThrow();
  });
});
