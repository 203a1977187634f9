import type { components } from './openapi.js';

type Schemas = components['schemas'];

/** A collection with its settings. */
export type CollectionView = Schemas['Collection'];
/** A record. */
export type RecordView = Schemas['Record'];

/** One page of a list. */
export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
  total?: number;
}

/** The document of a record. */
export type Data = Record<string, unknown>;
