import type { Caller } from '@haven/kernel';

/**
 * Identifies the states of collections. Two states with the same text have the same records and settings. A change has
 * another text as soon as it is committed, whichever process made it.
 */
export abstract class CollectionStates {
  /**
   * Returns the state of the collections with the given ids, which includes everything that has been committed before.
   * Returns undefined if it is not known: one of the collections does not exist, or has changes that have not entered
   * the feed yet, or it would take too long to find out.
   */
  abstract current(caller: Caller, collectionIds: readonly number[]): Promise<string | undefined>;
}
