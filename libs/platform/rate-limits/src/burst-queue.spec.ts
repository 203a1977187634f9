import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { BurstQueue } from './burst-queue.js';

describe('BurstQueue', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('admits requests in their order, and refuses those that wait too long', async () => {
    const queue = new BurstQueue(2, 500);
    const [first, second, third] = [queue.enter(), queue.enter(), queue.enter()];
    queue.admit(2);
    expect(await Promise.all([first, second])).toEqual([true, true]);
    expect(queue.size).toBe(1);
    vi.advanceTimersByTime(500);
    expect(await third).toBe(false);
  });

  it('refuses requests at once after it refused one, until none was refused for a second', () => {
    const queue = new BurstQueue(1, 5_000);
    const enter = (): boolean => queue.enter() !== false;
    expect([enter(), enter(), enter(), enter()]).toEqual([true, true, true, false]);
    queue.admit(3);
    vi.advanceTimersByTime(999);
    expect(enter()).toBe(false);
    vi.advanceTimersByTime(999);
    expect(enter()).toBe(false);
    vi.advanceTimersByTime(1_000);
    expect(enter()).toBe(true);
    queue.clear();
    expect(queue.size).toBe(0);
  });
});
