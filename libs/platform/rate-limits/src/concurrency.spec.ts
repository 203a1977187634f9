import { EventEmitter } from 'node:events';

import type { FastifyReply } from 'fastify';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { HavenConfig } from '@haven/config';

import { ConcurrencyLimit } from './concurrency.js';

const MAX_WAIT = 1_000;

/** Number of each tenant's transactions that wait for the database. */
const transactions = new Map<string, number>();

function limitOf(concurrentPerTenant: number, requestQueue = 10): ConcurrencyLimit {
  const config = {
    rateLimits: { concurrentPerTenant },
    overload: { poolQueue: 2, requestQueue, burstWait: MAX_WAIT },
  } as HavenConfig; // the limit reads nothing else
  return new ConcurrencyLimit(config, (tenantId) => transactions.get(tenantId) ?? 0);
}

/** A reply of which the limit uses only the events of its response. */
class Reply {
  readonly raw = Object.assign(new EventEmitter(), { destroyed: false });
  /** Undefined while the request waits. */
  state: string | undefined;

  enterTo(limit: ConcurrencyLimit, tenantId: string): this {
    void this.enter(limit, tenantId);
    return this;
  }

  end(): void {
    this.raw.destroyed = true;
    this.raw.emit('close');
  }

  private async enter(limit: ConcurrencyLimit, tenantId: string): Promise<void> {
    try {
      const turn = limit.enter(tenantId, this as unknown as FastifyReply);
      if (turn) await turn;
      this.state = 'running';
    } catch (error) {
      this.state = String(Reflect.get(error as object, 'code'));
    }
  }
}

describe('ConcurrencyLimit', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    transactions.clear();
  });
  afterEach(() => vi.useRealTimers());

  const enter = (limit: ConcurrencyLimit, tenantId: string, count: number): Reply[] =>
    Array.from({ length: count }, () => new Reply().enterTo(limit, tenantId));
  const states = (replies: readonly Reply[]) => replies.map(({ state }) => state);
  const settled = () => vi.advanceTimersByTimeAsync(0);

  it('lets a request run for each one that ends, also if several end at once', async () => {
    const limit = limitOf(2);
    const replies = enter(limit, 'a', 6);
    replies[0]?.end();
    replies[1]?.end();
    await settled();
    expect(states(replies)).toEqual(['running', 'running', 'running', 'running', undefined, undefined]);
    expect(states(enter(limit, 'b', 2)), 'of another tenant').toEqual(['running', 'running']);
  });

  it('refuses requests that wait too long, and counts none of them afterwards', async () => {
    const limit = limitOf(1);
    const [first, second] = enter(limit, 'a', 2);
    await vi.advanceTimersByTimeAsync(MAX_WAIT);
    expect(second?.state).toBe('RATE_LIMITED');
    first?.end();
    expect(states(enter(limit, 'a', 1))).toEqual(['running']);
  });

  it('lets a tenant wait with half of all requests that may wait', async () => {
    const limit = limitOf(1, 4);
    const replies = enter(limit, 'a', 4);
    const others = enter(limit, 'b', 2);
    await settled();
    expect(states(replies)).toEqual(['running', undefined, undefined, 'RATE_LIMITED']);
    expect(states(others)).toEqual(['running', undefined]);
  });

  it('lets a tenant wait while too many of its transactions wait for the database', async () => {
    const limit = limitOf(0);
    const [running] = enter(limit, 'a', 1);
    transactions.set('a', 2);
    const waiting = enter(limit, 'a', 2);
    running?.end();
    await vi.advanceTimersByTimeAsync(100);
    expect(states(waiting)).toEqual([undefined, undefined]);
    expect(states(enter(limit, 'b', 1)), 'of another tenant').toEqual(['running']);
    transactions.set('a', 0);
    await vi.advanceTimersByTimeAsync(10);
    expect(states(waiting)).toEqual(['running', 'running']);
    await vi.advanceTimersByTimeAsync(10);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('forgets a request whose client disconnects while it waits', async () => {
    const limit = limitOf(1);
    const [first, gone, last] = enter(limit, 'a', 3);
    gone?.end();
    await settled();
    expect(gone?.state).toBe('UNAVAILABLE'); // of `ClientGone`, which is not sent
    first?.end();
    await settled();
    expect(last?.state).toBe('running');
  });
});
