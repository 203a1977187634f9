import { LRUCache } from 'lru-cache';

/** Maximum number of collections whose states are kept. */
const MAX_COLLECTIONS = 10_000;

/** Time for which a state is used, in milliseconds. */
const MAX_AGE_MS = 1_000;

/** Time for which no state is read after this process has changed a collection, in milliseconds. */
const UNSETTLED_MS = 200;

/** `unknown`: it is being read, could not be read, or the collection has just changed. */
export type RecentState = { readonly text: string } | 'unknown';

/**
 * The states of collections that were read recently, so that most lists have an entity tag without a statement for it.
 * A tag from an older state than that of the page is harmless: it is not the current one when the client sends it back.
 */
export class RecentStates {
  private readonly states = new LRUCache<string, RecentState>({ max: MAX_COLLECTIONS, ttl: MAX_AGE_MS });

  /** Returns the state of a collection; undefined if it should be read now. */
  get(tenantId: string, collectionId: number): RecentState | undefined {
    return this.states.get(keyOf(tenantId, collectionId));
  }

  set(tenantId: string, collectionId: number, state: RecentState): void {
    this.states.set(keyOf(tenantId, collectionId), state);
  }

  /** Drops the state of a collection that this process has changed. Its events need a moment to enter the feed. */
  changed(tenantId: string, collectionId: number): void {
    const key = keyOf(tenantId, collectionId);
    if (this.states.has(key)) this.states.set(key, 'unknown', { ttl: UNSETTLED_MS });
  }
}

function keyOf(tenantId: string, collectionId: number): string {
  return `${tenantId}/${collectionId}`;
}
