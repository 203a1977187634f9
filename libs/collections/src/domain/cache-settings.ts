import { invalid, isJsonObject } from '@haven/kernel';

/** How a collection's records are cached. */
export interface CacheSettings {
  /** Maximum age of a cached record that is served: a whole number with its unit, such as `2s`. */
  maxAge: string;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const LONGEST_MS = 3_600_000;

/**
 * Time after a change to the settings when every process surely uses the new ones, in milliseconds. Includes a few
 * seconds because clocks may differ.
 */
const SETTLED_MS = 10_000;

/** Validates the setting `cache`. Null disables caching. */
export function cacheOf(given: unknown): CacheSettings | null {
  if (given === null) return null;
  if (!isJsonObject(given)) throw invalidCache('', 'Must be an object or null');
  const { maxAge, ...others } = given;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw invalidCache(`/${unknown}`, 'Is unknown; the only member is maxAge');
  const milliseconds = typeof maxAge === 'string' ? parseAge(maxAge) : undefined;
  if (typeof maxAge !== 'string' || milliseconds === undefined || milliseconds > LONGEST_MS) {
    throw invalidCache('/maxAge', 'Must be a whole number with ms, s, m or h, such as 2s, and at most 1h');
  }
  return { maxAge };
}

/** Returns the maximum age in milliseconds, or 0 if records are not cached. */
export function maxAgeOf({ cache }: { readonly cache: CacheSettings | null }): number {
  return (cache && parseAge(cache.maxAge)) ?? 0;
}

/**
 * Whether any process may serve cached records of the collection: because its current settings allow that, or because
 * its previous settings did and some processes may still use them.
 */
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
