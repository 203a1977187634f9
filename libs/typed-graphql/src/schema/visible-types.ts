import type { TypedCollection } from '@haven/record-types';

/** The typed collections that a caller may use. To be replaced by `VisibleTypes` of @haven/record-types. */
export interface VisibleTypes {
  readonly collections: readonly VisibleCollection[];
}

export interface VisibleCollection {
  readonly types: TypedCollection;
  readonly canRead: boolean;
  readonly canWrite: boolean;
  readonly canFollow: boolean;
}
