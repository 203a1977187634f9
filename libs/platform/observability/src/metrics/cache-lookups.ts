import { observableGauge } from './instrument.js';
import type { Observation } from './metrics.js';

/** Look-ups in what a process remembers; each cache says its own. */
export const CACHE_LOOKUPS = observableGauge('counter', 'haven.cache.lookups', {
  unit: '{lookup}',
  description: 'Look-ups in what this process remembers.',
  labels: {
    'haven.cache.name':
      '`keys`, `tenants`, `collections` (their rules), `schemas` (compiled), `records` (of collections with a `cache`), `records in redis` (asked where the memory has none) or `documents` (of GraphQL, parsed)',
    'haven.cache.result': '`hit` or `miss`',
  },
});

/** What a cache has counted, for {@link CACHE_LOOKUPS}. */
export function cacheLookupSeries(name: string, { hits, misses }: { hits: number; misses: number }): Observation[] {
  return [
    [hits, { 'haven.cache.name': name, 'haven.cache.result': 'hit' }],
    [misses, { 'haven.cache.name': name, 'haven.cache.result': 'miss' }],
  ];
}

/** How often something was looked up in a cache and found there, or not. */
export class LookupCounts {
  hits = 0;
  misses = 0;

  /** Counts a look-up by what it found, and returns that; undefined is a miss. */
  count<Found>(found: Found): Found {
    if (found === undefined) this.misses++;
    else this.hits++;
    return found;
  }
}
