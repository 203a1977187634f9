import { describe, expect, it } from 'vitest';

import { memoize } from './memoize.js';

describe('memoize', () => {
  it('computes the result for a text once', () => {
    const computed: string[] = [];
    const length = memoize((text) => computed.push(text) && text.length, 2);
    expect([length('a'), length('bb'), length('a'), length('bb')]).toEqual([1, 2, 1, 2]);
    expect(computed).toEqual(['a', 'bb']);
  });

  it('forgets all texts when there are too many, and remembers no long ones', () => {
    const computed: string[] = [];
    const length = memoize((text) => computed.push(text) && text.length, 2);
    const long = 'x'.repeat(256);
    for (const text of ['a', 'b', 'c', 'a', long, long]) length(text);
    expect(computed).toEqual(['a', 'b', 'c', 'a', long, long]);
  });
});
