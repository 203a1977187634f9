import { describe, expect, it } from 'vitest';

import { requireCapacity, limitsOf } from './quota.js';
import type { Amounts } from './quota.js';

const configured: Amounts = { collections: 10, records: 0, bytes: 1_000, keys: 5, indexes: 3 };

describe('the limits of a tenant', () => {
  it('are the configured ones, where 0 means unlimited', () => {
    expect(limitsOf(configured, {})).toEqual({ collections: 10, records: Infinity, bytes: 1_000, keys: 5, indexes: 3 });
  });

  it('are its own quotas where it has some, which can also remove a limit', () => {
    const own = limitsOf(configured, { records: 7, bytes: 0 });
    expect(own).toEqual({ collections: 10, records: 7, bytes: Infinity, keys: 5, indexes: 3 });
  });
});

describe('requireCapacity', () => {
  const statusWith = (collections: number) => ({
    used: { collections, records: 0, bytes: 0, keys: 0, indexes: 0 },
    limits: limitsOf(configured, {}),
  });

  it('allows amounts up to the limit, and not beyond', () => {
    expect(() => requireCapacity(statusWith(9), 'collections', 1)).not.toThrow();
    expect(() => requireCapacity(statusWith(10), 'collections', 1)).toThrow(
      'The tenant may have 10 collections (quotas.collections); it has 10, and this would add 1.',
    );
  });

  it('allows changes that add nothing, even when the limit is exceeded', () => {
    expect(() => requireCapacity(statusWith(20), 'collections', 0)).not.toThrow();
    expect(() => requireCapacity(statusWith(20), 'collections', -1)).not.toThrow();
  });

  it('allows any amount without a limit', () => {
    expect(() => requireCapacity(statusWith(0), 'records', 1_000_000)).not.toThrow();
  });
});
