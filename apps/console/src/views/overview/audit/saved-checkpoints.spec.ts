import { describe, expect, it } from 'vitest';

import { readSavedCheckpoints } from './saved-checkpoints.js';

const checkpoint = { tenant: 'acme', number: 1, hash: 'caf0' };

describe('readSavedCheckpoints', () => {
  it('reads one checkpoint, a list, and a page', () => {
    for (const value of [checkpoint, [checkpoint], { items: [checkpoint], nextCursor: null }])
      expect(readSavedCheckpoints(JSON.stringify(value), 'acme')).toEqual([checkpoint]);
  });

  it('refuses other files', () => {
    expect(() => readSavedCheckpoints('{', 'acme')).toThrow('not valid JSON');
    expect(() => readSavedCheckpoints('[]', 'acme')).toThrow('no checkpoint');
    expect(() => readSavedCheckpoints('{"number":1}', 'acme')).toThrow('not one of checkpoints');
    expect(() => readSavedCheckpoints(JSON.stringify(checkpoint), 'globex')).toThrow('another tenant');
  });
});
