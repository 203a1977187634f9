import type { Collection } from './collection.js';
import type { DeclaredIndex } from './declared-index.js';

/** How far the build of an index has come, in records. */
export interface BuildProgress {
  readonly done: number;
  /** Null until the records have been counted. */
  readonly total: number | null;
}

/** The progress of the indexes that are being built, by their id. */
export type BuildProgresses = ReadonlyMap<number, BuildProgress>;

/**
 * The indexes that the background job has to fill or to drop. All methods run in the open transaction, so that the
 * work and the declaration that causes it are committed together.
 */
export abstract class IndexBuilds {
  /** Gives new indexes their ids. */
  abstract identify(indexes: readonly DeclaredIndex[]): Promise<DeclaredIndex[]>;

  /** Stores the work that leads from the indexes that were declared `before` to those that are declared now. */
  abstract plan(collection: Collection, before: readonly DeclaredIndex[]): Promise<void>;

  /** Returns the progress of the indexes of these collections that are being built. */
  abstract progressOf(collections: readonly Collection[]): Promise<BuildProgresses>;

  /** Starts the background job after the commit. */
  abstract start(): void;
}
