import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { poolQueueFor, RequestQueue } from './request-queue.js';

const MAX_WAIT = 1_000;

/** A response of which the queue uses only the events. */
const response = (): ServerResponse => new EventEmitter() as unknown as ServerResponse;

describe('RequestQueue', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('admits the requests of a burst in their order', async () => {
    const queue = new RequestQueue(3, MAX_WAIT);
    const [first, second, third] = [queue.enter(response()), queue.enter(response()), queue.enter(response())];
    vi.advanceTimersByTime(MAX_WAIT / 4 - 1);
    expect(queue.admit(2)).toBe(2);
    expect(await Promise.all([first, second])).toEqual(['admitted', 'admitted']);
    expect(queue.size).toBe(1);
    expect(queue.admit(2)).toBe(1);
    expect(await third).toBe('admitted');
  });

  it('admits the newest first once the oldest has waited long, and refuses those that have waited too long', async () => {
    const queue = new RequestQueue(3, MAX_WAIT);
    const [first, second] = [queue.enter(response()), queue.enter(response())];
    expect(poolQueueFor(queue, 64)).toBe(64);
    vi.advanceTimersByTime(MAX_WAIT / 4);
    expect(poolQueueFor(queue, 64), 'in an overload').toBe(32);
    const third = queue.enter(response());
    queue.admit(1);
    expect(await third).toBe('admitted');
    vi.advanceTimersByTime(MAX_WAIT);
    expect(await Promise.all([first, second])).toEqual(['refused', 'refused']);
    expect(queue.size).toBe(0);
  });

  it('holds a limited number of requests, and none without a time to wait', () => {
    const queue = new RequestQueue(1, MAX_WAIT);
    expect(queue.enter(response())).toBeDefined();
    expect(queue.enter(response())).toBeUndefined();
    expect(new RequestQueue(1, 0).enter(response())).toBeUndefined();
    expect(queue.admit(-1)).toBe(0);
  });

  it('drops a request whose client disconnects, and keeps no listener of others', async () => {
    const queue = new RequestQueue(2, MAX_WAIT);
    const [gone, served] = [response(), response()];
    const outcome = queue.enter(gone);
    void queue.enter(served);
    gone.emit('close');
    expect(await outcome).toBe('gone');
    expect(queue.admit(2)).toBe(1);
    expect(served.listenerCount('close')).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
