import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { WakeableTimer } from './wakeable-timer.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a wakeable timer', () => {
  it('waits for the given time', async () => {
    const waited = new WakeableTimer().wait(1_000);
    await vi.advanceTimersByTimeAsync(999);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await waited).toBe(false);
  });

  it('ends when it is woken, and leaves no timer behind', async () => {
    const timer = new WakeableTimer();
    const waited = timer.wait(Infinity);
    timer.wake();
    expect(await waited).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends once immediately if it was woken before the wait', async () => {
    const timer = new WakeableTimer();
    timer.wake();
    timer.wake();
    expect(await timer.wait(Infinity)).toBe(true);
    const next = timer.wait(1_000);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await next).toBe(false);
  });

  it('ends when the signal is aborted, and immediately if it was aborted before', async () => {
    const stop = new AbortController();
    const waited = new WakeableTimer().wait(Infinity, stop.signal);
    stop.abort();
    expect(await waited).toBe(false);
    expect(await new WakeableTimer().wait(Infinity, stop.signal)).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });
});
