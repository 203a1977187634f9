import { describe, expect, it } from 'vitest';

import { quotaLevel } from './usage.js';

describe('quotaLevel', () => {
  it('compares the use with the limit', () => {
    expect(quotaLevel({ used: 5, limit: null })).toBe('unlimited');
    expect(quotaLevel({ used: 79, limit: 100 })).toBe('low');
    expect(quotaLevel({ used: 80, limit: 100 })).toBe('high');
    expect(quotaLevel({ used: 100, limit: 100 })).toBe('full');
    expect(quotaLevel({ used: 0, limit: 0 })).toBe('full');
  });
});
