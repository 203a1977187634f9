import { describe, expect, it } from 'vitest';

import { changed } from './own-quotas.js';

describe('the quotas of a tenant', () => {
  it('change one by one', () => {
    expect(changed({ records: 5, keys: 1 }, { bytes: 7, records: null, keys: 0 })).toEqual({ bytes: 7, keys: 0 });
    expect(changed({ records: 5 }, undefined)).toEqual({ records: 5 });
  });

  it.each([
    [{ records: -1 }, '/quotas/records'],
    [{ bytes: 1.5 }, '/quotas/bytes'],
    [{ keys: '7' }, '/quotas/keys'],
    [{ 'a/b': 1 }, '/quotas/a~1b'],
    [null, '/quotas'],
    [[], '/quotas'],
  ])('can not be %j', (changes, pointer) => {
    expect(() => changed({}, changes)).toThrow(
      expect.objectContaining({ extras: { errors: [expect.objectContaining({ pointer })] } }),
    );
  });
});
