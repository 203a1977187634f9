import { describe, expect, it } from 'vitest';

import { applyQuotaChanges } from './own-quotas.js';

describe('the quotas of a tenant', () => {
  it('keep the quotas that a change omits', () => {
    expect(applyQuotaChanges({ records: 5, keys: 1 }, { bytes: 7, records: null, keys: 0 })).toEqual({
      bytes: 7,
      keys: 0,
    });
    expect(applyQuotaChanges({ records: 5 }, undefined)).toEqual({ records: 5 });
  });

  it.each([
    [{ records: -1 }, '/quotas/records'],
    [{ bytes: 1.5 }, '/quotas/bytes'],
    [{ keys: '7' }, '/quotas/keys'],
    [{ 'a/b': 1 }, '/quotas/a~1b'],
    [null, '/quotas'],
    [[], '/quotas'],
  ])('cannot be %j', (changes, pointer) => {
    expect(() => applyQuotaChanges({}, changes)).toThrow(
      expect.objectContaining({ extras: { errors: [expect.objectContaining({ pointer })] } }),
    );
  });
});
