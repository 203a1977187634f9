import { describe, expect, it } from 'vitest';

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
