import { describe, expect, it } from 'vitest';

import { bytesText, countOf, durationText } from './numbers.js';

describe('numbers', () => {
  it('shows counts with the right form of the noun', () => {
    expect(countOf(1, 'change')).toBe('1 change');
    expect(countOf(0, 'change')).toBe('0 changes');
    expect(countOf(2, 'index is', 'indexes are')).toBe('2 indexes are');
  });

  it('shows sizes in the unit that needs the fewest digits', () => {
    expect(bytesText(0)).toBe('0 B');
    expect(bytesText(999)).toBe('999 B');
    expect(bytesText(1_000)).toBe('1 kB');
    expect(bytesText(999_999)).toBe('1 MB');
    expect(bytesText(1_292_700)).toBe('1.29 MB');
  });

  it('shows durations in milliseconds or seconds', () => {
    expect(durationText(null)).toBe('–');
    expect(durationText(34.896)).toBe('34.9 ms');
    expect(durationText(1_500)).toBe('1.5 s');
  });
});
