import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { HavenError } from '@haven/kernel';

import { RefreshingCache } from './refreshing-cache.js';

type Loaded = ReadonlyMap<string, string>;

/** A cache whose loads wait until the test resolves them, in the order in which they began. */
function cacheWithLoads() {
  const loads: ((values: Record<string, string>) => void)[] = [];
  const cache = new RefreshingCache<string>(
    () => new Promise<Loaded>((resolve) => loads.push((values) => resolve(new Map(Object.entries(values))))),
    (before, after) => before === after,
    () => new HavenError('UNAUTHENTICATED', 'revoked'),
  );
  return { cache, loads };
}

const valueOf = async (found: ReturnType<RefreshingCache<string>['get']>) => (await found)?.value;

describe('a value that is invalidated during a load', () => {
  it('is not served from the first load, which may have read it before the change', async () => {
    const { cache, loads } = cacheWithLoads();
    const first = valueOf(cache.get('key'));
    await cache.invalidate('key');
    loads[0]!({ key: 'before' });
    const second = valueOf(cache.get('key'));
    await expect.poll(() => loads.length).toBeGreaterThan(1);
    for (const resolve of loads.slice(1)) resolve({ key: 'after' });
    await expect.poll(() => loads.length).toBeGreaterThan(2);
    for (const resolve of loads.slice(2)) resolve({ key: 'after' });
    expect(await Promise.all([first, second])).toEqual(['after', 'after']);
  });

  it('is not served from a load of all values', async () => {
    const { cache, loads } = cacheWithLoads();
    const found = valueOf(cache.get('key'));
    loads[0]!({ key: 'before' });
    await found;
    const all = cache.invalidateAll();
    const one = cache.invalidate('key');
    loads[1]!({ key: 'before' });
    await all;
    expect(cache.get('key')).toBeInstanceOf(Promise);
    loads[2]!({ key: 'after' });
    await one;
    expect(await valueOf(cache.get('key'))).toBe('after');
  });

  it('is not served from the first load either if all values were invalidated', async () => {
    const { cache, loads } = cacheWithLoads();
    const found = valueOf(cache.get('key'));
    await cache.invalidateAll();
    loads[0]!({ key: 'before' });
    await expect.poll(() => loads.length).toBe(2);
    loads[1]!({});
    expect(await found).toBeUndefined();
  });
});

describe('a flood of unknown ids', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
  afterEach(() => void vi.useRealTimers());

  /** A cache that records its loads. `present` are the ids whose value exists. */
  function recordingCache(present: string[]) {
    const loads: (readonly string[])[] = [];
    let running = 0;
    let most = 0;
    const load = async (ids: readonly string[]): Promise<Loaded> => {
      loads.push(ids);
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running--;
      return new Map(ids.filter((id) => present.includes(id)).map((id) => [id, `value of ${id}`]));
    };
    const cache = new RefreshingCache<string>(
      load,
      (before, after) => before === after,
      () => new HavenError('UNAUTHENTICATED', 'revoked'),
    );
    return { cache, loads, most: () => most };
  }

  it('at once causes few loads, at most two at a time, and finds the known ones', async () => {
    const { cache, loads, most } = recordingCache(['key']);
    const found = Array.from({ length: 1_200 }, (_, n) => valueOf(cache.get(`${n}`)));
    const key = valueOf(cache.get('key'));
    await vi.runAllTimersAsync();
    expect(await key).toBe('value of key');
    expect(new Set(await Promise.all(found))).toEqual(new Set([undefined]));
    expect(loads.map(({ length }) => length)).toEqual([1, 1, 500, 500, 199]);
    expect(most()).toBeLessThanOrEqual(2);
  });

  it('that arrive one after the other causes at most 21 loads a second', async () => {
    const { cache, loads } = recordingCache([]);
    for (let n = 0; n < 200; n++) {
      void cache.get(`${n}`);
      await vi.advanceTimersByTimeAsync(5);
    }
    expect(loads.length).toBeLessThanOrEqual(22);
  });

  it('with wrong secrets of a known id, which is reloaded, causes few loads too', async () => {
    const { cache, loads } = recordingCache(['key']);
    void cache.get('key');
    await vi.advanceTimersByTimeAsync(5);
    for (let n = 0; n < 200; n++) {
      void cache.reload('key');
      await vi.advanceTimersByTimeAsync(5);
    }
    expect(loads.length).toBeLessThanOrEqual(23);
  });

  it('does not delay values that exist once it is over', async () => {
    const { cache, loads } = recordingCache(['a', 'b', 'c', 'd']);
    for (const id of ['a', 'b', 'c', 'd']) {
      void cache.get(id);
      await vi.advanceTimersByTimeAsync(5);
    }
    expect(loads).toEqual([['a'], ['b'], ['c'], ['d']]);
  });
});
