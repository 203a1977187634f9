import { invalid, isJsonObject } from '@haven/kernel';

/** How a collection's records are cached. */
export interface CacheSettings {
  /** The greatest age of a cached record that is served: a whole number with its unit, such as `2s`. */
  maxAge: string;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const LONGEST_MS = 3_600_000;

/** How long every process needs to learn of changed settings, by clocks that differ by some seconds. */
const SETTLED_MS = 10_000;

/** The setting as given, checked; null caches nothing. */
export function cacheOf(given: unknown): CacheSettings | null {
  if (given === null) return null;
  if (!isJsonObject(given)) throw invalidCache('', 'Must be an object or null');
  const { maxAge, ...others } = given;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw invalidCache(`/${unknown}`, 'Is unknown; there is: maxAge');
  const milliseconds = typeof maxAge === 'string' ? parseAge(maxAge) : undefined;
  if (typeof maxAge !== 'string' || milliseconds === undefined || milliseconds > LONGEST_MS) {
    throw invalidCache('/maxAge', 'Must be a whole number with ms, s, m or h, such as 2s, and at most 1h');
  }
  return { maxAge };
}

/** The greatest age in milliseconds; 0 where nothing is cached. */
export function maxAgeOf({ cache }: { readonly cache: CacheSettings | null }): number {
  return (cache && parseAge(cache.maxAge)) ?? 0;
}

/** Whether some process may serve cached records, by the settings as they are or as they were a moment ago. */
export function mayBeCached(settings: {
  readonly cache: CacheSettings | null;
  readonly cacheChangedAt: Date | null;
}): boolean {
  const { cache, cacheChangedAt } = settings;
  return cache !== null || (cacheChangedAt !== null && Date.now() - cacheChangedAt.getTime() < SETTLED_MS);
}

function parseAge(text: string): number | undefined {
  const [, count, unit = ''] = /^([1-9]\d{0,6})(ms|s|m|h)$/.exec(text) ?? [];
  const factor = UNITS[unit];
  return factor === undefined ? undefined : Number(count) * factor;
}

function invalidCache(pointer: string, detail: string): Error {
  return invalid('VALIDATION_FAILED', `/cache${pointer}`, detail);
}
