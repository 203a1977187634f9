import { observableGauge } from './instrument.js';
import type { Observation } from './metrics.js';

/** Lookups in the caches of this process; each cache reports its own series. */
export const CACHE_LOOKUPS = observableGauge('counter', 'haven.cache.lookups', {
  unit: '{lookup}',
  description: 'Lookups in the caches of this process.',
  labels: {
    'haven.cache.name':
      '`keys`, `tenants`, `collections` (their settings), `schemas` (compiled), `records` (of collections with a ' +
      '`cache`), `records in redis` (read on a miss in memory), `documents` (parsed GraphQL documents) or `typed ' +
      'schemas` (GraphQL schemas made from collections)',
    'haven.cache.result': '`hit` or `miss`',
  },
});

/** Returns the series of one cache for {@link CACHE_LOOKUPS}. */
export function cacheLookupSeries(name: string, { hits, misses }: { hits: number; misses: number }): Observation[] {
  return [
    [hits, { 'haven.cache.name': name, 'haven.cache.result': 'hit' }],
    [misses, { 'haven.cache.name': name, 'haven.cache.result': 'miss' }],
  ];
}

/** Counts the hits and misses of a cache. */
export class LookupCounts {
  hits = 0;
  misses = 0;

  /** Counts a lookup by its result and returns the result; undefined is a miss. */
  count<Found>(found: Found): Found {
    if (found === undefined) this.misses++;
    else this.hits++;
    return found;
  }
}
