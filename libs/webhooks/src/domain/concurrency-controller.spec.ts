import { describe, expect, it } from 'vitest';

import { ConcurrencyController } from './concurrency-controller.js';

function begun(controller: ConcurrencyController, now: number): number {
  let count = 0;
  while (controller.delay(now) === 0) {
    controller.onAttemptStarted(now);
    count++;
  }
  return count;
}

describe('Pace', () => {
  it('sends a few at first, and one more at once for each that went well, up to the most', () => {
    const pace = new ConcurrencyController(10, null);
    expect(begun(pace, 0)).toBe(8);
    expect(pace.delay(0)).toBe(Infinity);
    pace.onAttemptEnded('delivered', 0, null);
    expect(begun(pace, 0)).toBe(2);
    for (let n = 0; n < 9; n++) pace.onAttemptEnded('delivered', 0, null);
    expect(begun(pace, 0)).toBe(10);
  });

  it('halves for what was too slow, down to one, and does not for what only failed', () => {
    const pace = new ConcurrencyController(64, null);
    begun(pace, 0);
    pace.onAttemptEnded('failed', 0, null);
    expect(begun(pace, 0)).toBe(1);
    for (let n = 0; n < 8; n++) pace.onAttemptEnded('slow', 0, null);
    expect(begun(pace, 0)).toBe(1);
  });

  it('rests for as long as the receiver asks, and else longer each time, until it goes well', () => {
    const pace = new ConcurrencyController(1, null);
    const busy = (now: number, asked: number | null): number => {
      pace.onAttemptStarted(now);
      pace.onAttemptEnded('busy', now, asked);
      return pace.delay(now);
    };
    expect(busy(0, 30_000)).toBe(30_000);
    expect(busy(30_000, null)).toBe(2_000);
    expect(busy(32_000, null)).toBe(4_000);
    pace.onAttemptStarted(36_000);
    pace.onAttemptEnded('delivered', 36_000, null);
    expect(busy(36_000, null)).toBe(1_000);
    for (let now = 100_000; now < 2_000_000; now += 100_000) busy(now, null);
    expect(busy(2_000_000, null)).toBe(60_000);
  });

  it('goes no quicker than its rate', () => {
    const pace = new ConcurrencyController(64, 10);
    pace.onAttemptStarted(0);
    expect(pace.delay(0)).toBe(100);
    expect(pace.delay(100)).toBe(0);
    pace.onAttemptStarted(500);
    expect(pace.delay(500)).toBe(100);
  });
});
