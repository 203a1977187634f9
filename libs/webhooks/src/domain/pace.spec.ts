import { describe, expect, it } from 'vitest';

import { Pace } from './pace.js';

function begun(pace: Pace, now: number): number {
  let count = 0;
  while (pace.wait(now) === 0) {
    pace.begin(now);
    count++;
  }
  return count;
}

describe('Pace', () => {
  it('sends a few at first, and one more at once for each that went well, up to the most', () => {
    const pace = new Pace(10, null);
    expect(begun(pace, 0)).toBe(8);
    expect(pace.wait(0)).toBe(Infinity);
    pace.ended('delivered', 0, null);
    expect(begun(pace, 0)).toBe(2);
    for (let n = 0; n < 9; n++) pace.ended('delivered', 0, null);
    expect(begun(pace, 0)).toBe(10);
  });

  it('halves for what was too slow, down to one, and does not for what only failed', () => {
    const pace = new Pace(64, null);
    begun(pace, 0);
    pace.ended('failed', 0, null);
    expect(begun(pace, 0)).toBe(1);
    for (let n = 0; n < 8; n++) pace.ended('slow', 0, null);
    expect(begun(pace, 0)).toBe(1);
  });

  it('rests for as long as the receiver asks, and else longer each time, until it goes well', () => {
    const pace = new Pace(1, null);
    const busy = (now: number, asked: number | null): number => {
      pace.begin(now);
      pace.ended('busy', now, asked);
      return pace.wait(now);
    };
    expect(busy(0, 30_000)).toBe(30_000);
    expect(busy(30_000, null)).toBe(2_000);
    expect(busy(32_000, null)).toBe(4_000);
    pace.begin(36_000);
    pace.ended('delivered', 36_000, null);
    expect(busy(36_000, null)).toBe(1_000);
    for (let now = 100_000; now < 2_000_000; now += 100_000) busy(now, null);
    expect(busy(2_000_000, null)).toBe(60_000);
  });

  it('goes no quicker than its rate', () => {
    const pace = new Pace(64, 10);
    pace.begin(0);
    expect(pace.wait(0)).toBe(100);
    expect(pace.wait(100)).toBe(0);
    pace.begin(500);
    expect(pace.wait(500)).toBe(100);
  });
});
