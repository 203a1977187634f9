import { invalid, Precondition } from '@haven/kernel';
import type { JsonObject } from '@haven/kernel';

import type { CacheSettings } from './cache-settings.js';
import type { History } from './history.js';

/** Whom a schema binds: every record, or only what is written from now on. */
export type Enforcement = 'all' | 'new';

/** An index a collection declares; it serves ranges and sorts once it is `ready`. */
export interface DeclaredIndex {
  path: string;
  state: 'building' | 'ready' | 'failed';
}

/** What its owner may set about a collection. */
export interface CollectionSettings {
  description: string | null;
  schema: JsonObject | null;
  enforce: Enforcement;
  requirePrecondition: boolean;
  cache: CacheSettings | null;
  indexes: string[];
  history: History | null;
}

const NAME = /^[a-z][a-z0-9_-]{0,62}$/;

/** A named set of records with its settings; every change of them is a new revision. */
export class Collection {
  /** Number of the database; 0 until stored. Records and events refer to it, so a name can be used again. */
  id = 0;
  name = '';
  revision = 1;
  description: string | null = null;
  schema: JsonObject | null = null;
  enforce: Enforcement = 'all';
  requirePrecondition = false;
  cache: CacheSettings | null = null;
  /** When `cache` last changed; null: never. */
  cacheChangedAt: Date | null = null;
  indexes: DeclaredIndex[] = [];
  history: History | null = null;
  createdAt = new Date(0);
  updatedAt = new Date(0);
  deletedAt: Date | null = null;

  /** A new collection, revision 1. The name is `[a-z][a-z0-9_-]{0,62}`. */
  static create(name: string, settings: CollectionSettings, at: Date): Collection {
    if (!NAME.test(name)) {
      throw invalid('VALIDATION_FAILED', '/name', 'Must be 1 to 63 of a-z, 0-9, _ and -, beginning with a letter');
    }
    const collection = new Collection();
    collection.name = name;
    collection.apply(settings, at);
    collection.createdAt = collection.updatedAt = at;
    return collection;
  }

  /** Sets all settings anew: the next revision. */
  revise(settings: CollectionSettings, precondition: Precondition, at: Date): void {
    precondition.check(this.revision);
    this.apply(settings, at);
    this.revision += 1;
    this.updatedAt = at;
  }

  /** Ends the collection; its name is free again. */
  delete(precondition: Precondition, at: Date): void {
    precondition.check(this.revision);
    this.deletedAt = at;
  }

  /** The settings as they are, to be changed in part. */
  settings(): CollectionSettings {
    const { indexes, description, schema, enforce, requirePrecondition, cache, history } = this;
    const paths = indexes.map(({ path }) => path);
    return { description, schema, enforce, requirePrecondition, cache, indexes: paths, history };
  }

  private apply({ indexes, ...settings }: CollectionSettings, at: Date): void {
    if (settings.cache?.maxAge !== this.cache?.maxAge) this.cacheChangedAt = at;
    Object.assign(this, settings);
    this.indexes = indexes.map(
      (path) => this.indexes.find((index) => index.path === path) ?? { path, state: 'building' },
    );
  }
}
