import { describe, expect, it } from 'vitest';

import { ConcurrencyController } from './concurrency-controller.js';

/** Starts as many attempts as the controller allows, and returns their number. */
function startAll(controller: ConcurrencyController, now: number): number {
  let count = 0;
  while (controller.delay(now) === 0) {
    controller.onAttemptStarted(now);
    count++;
  }
  return count;
}

describe('ConcurrencyController', () => {
  it('starts with a small limit and raises it by one for each delivery, up to the maximum', () => {
    const controller = new ConcurrencyController(10, null);
    expect(startAll(controller, 0)).toBe(8);
    expect(controller.delay(0)).toBe(Infinity);
    controller.onAttemptEnded('delivered', 0, null);
    expect(startAll(controller, 0)).toBe(2);
    for (let n = 0; n < 9; n++) controller.onAttemptEnded('delivered', 0, null);
    expect(startAll(controller, 0)).toBe(10);
  });

  it('halves the limit after slow attempts, down to one, and keeps it after other failures', () => {
    const controller = new ConcurrencyController(64, null);
    startAll(controller, 0);
    controller.onAttemptEnded('failed', 0, null);
    expect(startAll(controller, 0)).toBe(1);
    for (let n = 0; n < 8; n++) controller.onAttemptEnded('slow', 0, null);
    expect(startAll(controller, 0)).toBe(1);
  });

  it('pauses for as long as `Retry-After` asks, otherwise twice as long each time until a delivery succeeds', () => {
    const controller = new ConcurrencyController(1, null);
    const busy = (now: number, retryAfterMs: number | null): number => {
      controller.onAttemptStarted(now);
      controller.onAttemptEnded('busy', now, retryAfterMs);
      return controller.delay(now);
    };
    expect(busy(0, 30_000)).toBe(30_000);
    expect(busy(30_000, null)).toBe(2_000);
    expect(busy(32_000, null)).toBe(4_000);
    controller.onAttemptStarted(36_000);
    controller.onAttemptEnded('delivered', 36_000, null);
    expect(busy(36_000, null)).toBe(1_000);
    for (let now = 100_000; now < 2_000_000; now += 100_000) busy(now, null);
    expect(busy(2_000_000, null)).toBe(60_000);
  });

  it('does not exceed its rate', () => {
    const controller = new ConcurrencyController(64, 10);
    controller.onAttemptStarted(0);
    expect(controller.delay(0)).toBe(100);
    expect(controller.delay(100)).toBe(0);
    controller.onAttemptStarted(500);
    expect(controller.delay(500)).toBe(100);
  });
});
