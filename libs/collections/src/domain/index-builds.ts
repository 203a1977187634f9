import type { Collection } from './collection.js';
import type { DeclaredIndex } from './declared-index.js';
import type { DeclaredSearch } from './declared-search.js';

/** How far the build of an index or of a search has come, in records. */
export interface BuildProgress {
  readonly done: number;
  /** Null until the records have been counted. */
  readonly total: number | null;
}

/** The progress of the indexes and searches that are being built, by their id. */
export type BuildProgresses = ReadonlyMap<number, BuildProgress>;

/**
 * The indexes and searches that the background job has to fill or to drop. All methods run in the open transaction, so
 * that the work and the declaration that causes it are committed together.
 */
export abstract class IndexBuilds {
  /** Gives new indexes their ids. */
  abstract identify(indexes: readonly DeclaredIndex[]): Promise<DeclaredIndex[]>;

  /** Gives a new search its id, and the version of PostgreSQL that builds it. */
  abstract identifySearch(search: DeclaredSearch | null): Promise<DeclaredSearch | null>;

  /** Stores the work that leads from the `buildIds` that the collection had `before` to those that it has now. */
  abstract plan(collection: Collection, before: readonly number[]): Promise<void>;

  /** Returns the progress of the indexes and searches of these collections that are being built. */
  abstract progressOf(collections: readonly Collection[]): Promise<BuildProgresses>;

  /** Starts the background job after the commit. */
  abstract start(): void;
}
