import { LRUCache } from 'lru-cache';

import { HavenError } from '@haven/kernel';
import { LookupCounts } from '@haven/observability';

import type { MaybeAsync } from '../domain/credential-cache.js';

/** What is remembered of a thing, and since when. */
interface CacheEntry<Value> {
  readonly value: Value;
  readonly ending: AbortController;
  readonly expired: AbortSignal;
  /** Which look-up told of it: one that began earlier knows less. */
  readonly loadNumber: number;
  checkedAt: number;
}

/** Looks things up by their ids; what is not there is left out. */
type Load<Value> = (ids: readonly string[]) => Promise<ReadonlyMap<string, Value>>;

const MAX_ENTRIES = 10_000;
/** What is not there may be soon, and nobody is to fill the memory by asking for it. */
const MISSING = { max: 1_000, ttl: 1_000 };
/** Even if nothing is heard: nothing is believed for longer. */
const MAX_AGE_MS = 60_000;

/**
 * Things of the database by their ids, remembered so that knowing them costs no query, and looked up anew as soon as it is
 * said that one has changed, or that any may have.
 */
export class RefreshingCache<Value> {
  private readonly known = new LRUCache<string, CacheEntry<Value>>({
    max: MAX_ENTRIES,
    dispose: (known, _id, reason) => {
      if (reason === 'evict') known.ending.abort(EVICTED);
    },
  });
  private readonly unknown = new LRUCache<string, number>(MISSING);
  private readonly loading = new Map<string, Promise<CacheEntry<Value> | undefined>>();
  private loads = 0;
  readonly lookups = new LookupCounts();

  /** `succeeds` tells whether what was let in as the first may stay now that it is the second. */
  constructor(
    private readonly load: Load<Value>,
    private readonly succeeds: (before: Value, after: Value) => boolean,
    private readonly ended: () => HavenError,
  ) {}

  /** The thing, at once if it is remembered; undefined if there is none. */
  get(id: string): MaybeAsync<Value> {
    const known = this.known.get(id);
    const isBelieved = known ? Date.now() - known.checkedAt <= MAX_AGE_MS : this.unknown.has(id);
    this.lookups.count(isBelieved || undefined);
    return isBelieved ? known : this.reload(id);
  }

  /** The thing as it is now. */
  reload(id: string): Promise<CacheEntry<Value> | undefined> {
    const underway = this.loading.get(id);
    if (underway) return underway;
    const looking = this.refresh([id])
      .then(() => this.known.get(id))
      .finally(() => this.loading.get(id) === looking && this.loading.delete(id));
    this.loading.set(id, looking);
    return looking;
  }

  /** The thing has changed: whoever asks for it from now on waits for what it is. */
  async invalidate(id: string): Promise<void> {
    this.markStale([id]);
    this.unknown.delete(id);
    this.loading.delete(id); // it may have seen what was before
    if (this.known.has(id)) await this.reload(id);
  }

  /** Any of them may have changed. Resolves when that has been seen to; fails if it could not be. */
  async invalidateAll(): Promise<void> {
    this.unknown.clear();
    if (this.known.size > 0) await this.refresh([...this.known.keys()]);
  }

  private async refresh(ids: readonly string[]): Promise<void> {
    const told = ++this.loads;
    try {
      const found = await this.load(ids);
      for (const id of ids) this.store(id, found.get(id), told);
    } catch (error) {
      this.markStale(ids);
      throw error;
    }
  }

  /** These are not believed until they have been looked up. */
  private markStale(ids: readonly string[]): void {
    for (const id of ids) {
      const known = this.known.get(id);
      if (known) known.checkedAt = 0;
    }
  }

  private store(id: string, value: Value | undefined, told: number): void {
    const known = this.known.get(id);
    if (told < Math.max(known?.loadNumber ?? 0, this.unknown.get(id) ?? 0)) return;
    if (value === undefined) {
      this.known.delete(id);
      this.unknown.set(id, told);
      known?.ending.abort(this.ended());
      return;
    }
    const stays = known !== undefined && this.succeeds(known.value, value);
    const ending = stays ? known.ending : new AbortController();
    this.known.set(id, { value, ending, expired: ending.signal, loadNumber: told, checkedAt: Date.now() });
    if (known && !stays) known.ending.abort(this.ended());
  }
}

const EVICTED = new HavenError('UNAVAILABLE', 'Too many keys are in use at once; connect again.', { retryAfter: 1 });
