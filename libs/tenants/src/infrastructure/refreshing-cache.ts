import { LRUCache } from 'lru-cache';

import { HavenError } from '@haven/kernel';
import { LookupCounts } from '@haven/observability';

import type { MaybeAsync } from '../domain/credential-cache.js';

/** A cached value. */
interface CacheEntry<Value> {
  readonly value: Value;
  readonly expiry: AbortController;
  /** The signal of the controller `expiry`. */
  readonly expired: AbortSignal;
  /**
   * Number of the load that returned the value. Loads are numbered in the order in which they start, so that a late
   * result does not replace a newer one.
   */
  readonly loadNumber: number;
  checkedAt: number;
}

/** Function that loads values by their ids. Its result has no entry for an id whose value does not exist. */
type Load<Value> = (ids: readonly string[]) => Promise<ReadonlyMap<string, Value>>;

/** Ids that are loaded together, and the number of their load once it has ended. */
interface Batch {
  readonly ids: Set<string>;
  readonly loaded: PromiseWithResolvers<number>;
}

/**
 * Maximum number of loads at a time, each of which takes a database connection. Further ids wait, and are then loaded
 * together.
 */
const MAX_LOADS = 2;

/** Maximum number of ids per load. */
const BATCH_SIZE = 500;

/**
 * Minimum delay between two loads, in milliseconds, while most of them find nothing new, as during a flood of requests
 * with invented keys. Such a flood then causes few statements, however many requests it has.
 */
const UNPRODUCTIVE_LOAD_DELAY_MS = 50;

const MAX_ENTRIES = 10_000;
/**
 * Limits on the cache of ids whose value does not exist. Its entries expire soon, because a value with such an id can
 * be created at any time. Their number is limited, because requests with random ids must not fill the memory.
 */
const MISSING = { max: 1_000, ttl: 1_000 };
/** Maximum age of a value, even if no change is reported. */
const MAX_AGE_MS = 60_000;

/**
 * Caches values from the database by their ids, so that reading them needs no query. The owner of the cache reports
 * changes: `invalidate` reloads one value, `invalidateAll` reloads all of them.
 */
export class RefreshingCache<Value> {
  private readonly known = new LRUCache<string, CacheEntry<Value>>({
    max: MAX_ENTRIES,
    dispose: (known, _id, reason) => {
      if (reason === 'evict') known.expiry.abort(EVICTED);
    },
  });
  private readonly unknown = new LRUCache<string, number>(MISSING);
  private readonly loading = new Map<string, Promise<CacheEntry<Value> | undefined>>();
  private loads = 0;
  private readonly waiting: Batch[] = [];
  private running = 0;
  private nextLoadAt = 0;
  private timer: NodeJS.Timeout | undefined;
  /** Whether most ids of the last load had no new value. */
  private isUnproductive = false;
  /**
   * Loads up to this number may have read outdated values: `invalidatedAll` applies to all values, `invalidated` to the
   * value with the given id.
   */
  private invalidatedAll = 0;
  private readonly invalidated = new LRUCache<string, number>({
    max: MAX_ENTRIES,
    dispose: (loadNumber, _id, reason) => {
      if (reason === 'evict') this.invalidatedAll = Math.max(this.invalidatedAll, loadNumber);
    },
  });
  readonly lookups = new LookupCounts();

  /**
   * `isCompatible` is given the previous and the new value of an id. It returns whether access that was granted because
   * of the previous value may continue.
   */
  constructor(
    private readonly load: Load<Value>,
    private readonly isCompatible: (before: Value, after: Value) => boolean,
    private readonly expiryReason: () => HavenError,
  ) {}

  /** Returns the value, synchronously if it is cached, or undefined if it does not exist. */
  get(id: string): MaybeAsync<Value> {
    const known = this.known.get(id);
    const isFresh = known ? Date.now() - known.checkedAt <= MAX_AGE_MS : this.unknown.has(id);
    this.lookups.count(isFresh || undefined);
    return isFresh ? known : this.reload(id);
  }

  /** Returns the value as it is in the database now. */
  reload(id: string): Promise<CacheEntry<Value> | undefined> {
    const underway = this.loading.get(id);
    if (underway) return underway;
    const loading = this.loadCurrent(id).finally(() => this.loading.get(id) === loading && this.loading.delete(id));
    this.loading.set(id, loading);
    return loading;
  }

  /** Reports that the value with this id has changed. From now on, `get` waits until the new value has been loaded. */
  async invalidate(id: string): Promise<void> {
    this.invalidated.set(id, this.loads);
    this.markStale([id]);
    this.unknown.delete(id);
    this.loading.delete(id); // a running load may return the value from before the change
    if (this.known.has(id)) await this.reload(id);
  }

  /** Reports that any value may have changed. Resolves once all values have been reloaded; rejects if that fails. */
  async invalidateAll(): Promise<void> {
    this.invalidatedAll = this.loads;
    this.unknown.clear();
    if (this.known.size > 0) await this.refresh([...this.known.keys()]);
  }

  /** Loads a value. Repeats the load if the value was invalidated in the meantime. */
  private async loadCurrent(id: string): Promise<CacheEntry<Value> | undefined> {
    while (this.isOutdated(id, await this.enqueue(id))) continue;
    return this.known.get(id);
  }

  /** Loads a value, together with others if it has to wait. Returns the number of the load. */
  private enqueue(id: string): Promise<number> {
    let batch = this.waiting.at(-1);
    if (!batch || batch.ids.size >= BATCH_SIZE) {
      batch = { ids: new Set(), loaded: Promise.withResolvers() };
      this.waiting.push(batch);
    }
    batch.ids.add(id);
    this.startLoads();
    return batch.loaded.promise;
  }

  private startLoads(): void {
    while (this.waiting.length > 0 && this.running < MAX_LOADS) {
      const wait = this.nextLoadAt - performance.now();
      if (wait > 0) {
        this.timer ??= setTimeout(() => {
          this.timer = undefined;
          this.startLoads();
        }, wait);
        return;
      }
      const batch = this.waiting.shift();
      if (batch) this.run(batch);
    }
  }

  private run({ ids, loaded }: Batch): void {
    this.running++;
    const before = new Map([...ids].map((id) => [id, this.known.peek(id)]));
    if (this.isUnproductive) this.nextLoadAt = performance.now() + UNPRODUCTIVE_LOAD_DELAY_MS;
    this.refresh([...ids])
      .finally(() => {
        this.running--;
        const gained = [...before].filter(([id, known]) => this.isGain(known, this.known.peek(id))).length;
        this.isUnproductive = 2 * gained < ids.size;
        this.nextLoadAt = this.isUnproductive ? performance.now() + UNPRODUCTIVE_LOAD_DELAY_MS : 0;
      })
      .then(loaded.resolve, loaded.reject)
      .finally(() => this.startLoads());
  }

  /** Whether a load was useful: it returned a value that was not known, or whose known state was outdated. */
  private isGain(before: CacheEntry<Value> | undefined, after: CacheEntry<Value> | undefined): boolean {
    if (!after) return false;
    return !before || Date.now() - before.checkedAt > MAX_AGE_MS || !this.isCompatible(before.value, after.value);
  }

  /** Loads values and caches those that were not invalidated in the meantime. Returns the number of the load. */
  private async refresh(ids: readonly string[]): Promise<number> {
    const loadNumber = ++this.loads;
    try {
      const found = await this.load(ids);
      for (const id of ids) if (!this.isOutdated(id, loadNumber)) this.store(id, found.get(id), loadNumber);
      return loadNumber;
    } catch (error) {
      this.markStale(ids);
      throw error;
    }
  }

  /**
   * Whether a load began before the value was invalidated, so that it may have read the value from before the change.
   */
  private isOutdated(id: string, loadNumber: number): boolean {
    return loadNumber <= Math.max(this.invalidatedAll, this.invalidated.get(id) ?? 0);
  }

  /** Marks values so that the next `get` reloads them. */
  private markStale(ids: readonly string[]): void {
    for (const id of ids) {
      const known = this.known.get(id);
      if (known) known.checkedAt = 0;
    }
  }

  private store(id: string, value: Value | undefined, loadNumber: number): void {
    const known = this.known.get(id);
    if (loadNumber < Math.max(known?.loadNumber ?? 0, this.unknown.get(id) ?? 0)) return;
    if (value === undefined) {
      this.known.delete(id);
      this.unknown.set(id, loadNumber);
      known?.expiry.abort(this.expiryReason());
      return;
    }
    const isCompatible = known !== undefined && this.isCompatible(known.value, value);
    const expiry = isCompatible ? known.expiry : new AbortController();
    this.known.set(id, { value, expiry, expired: expiry.signal, loadNumber, checkedAt: Date.now() });
    if (known && !isCompatible) known.expiry.abort(this.expiryReason());
  }
}

const EVICTED = new HavenError('UNAVAILABLE', 'Too many keys are in use at once; connect again.', { retryAfter: 1 });
