import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { UnitOfWork } from '@haven/database';
import type { RecordSchema } from '@haven/json-schema';
import { notFound, pinToPrimary } from '@haven/kernel';
import type { Caller } from '@haven/kernel';
import { CACHE_LOOKUPS, cacheLookupSeries, LookupCounts, Metrics } from '@haven/observability';

import { CollectionsRepository } from '../domain/collections.repository.js';
import { maxAgeOf, mayBeCached } from '../domain/cache-settings.js';
import { CompiledSchemas } from './compiled-schemas.js';

/** What the writers and readers of records must know of their collection, as of one revision of its settings. */
export interface CollectionSnapshot {
  /** The number records and events refer to; a name that is used again gets another. */
  id: number;
  name: string;
  revision: number;
  /** Null: any JSON object will do. */
  schema: RecordSchema | null;
  requirePrecondition: boolean;
  /** The greatest age of a cached record that may be served, in milliseconds; 0: none may. */
  maxAge: number;
  /** Whether some process may still serve cached records, by the settings as they are or as they were a moment ago. */
  mayBeCached: boolean;
  /** Paths with an index that is ready. */
  indexed: readonly string[];
}

/** How many collections a process remembers (each may hold a compiled schema), and how long before it looks again whether an index is ready. */
const REMEMBERED = { max: 1_000, ttl: 1_000 };

/**
 * Looks up the rules of collections, and remembers them. Nobody tells this process when another one changes a collection,
 * so what is remembered may only be acted on where the database has the last word: a write names the revision it was
 * decided under, and a read that finds something has found it where it was looked for.
 */
@Injectable()
export class CollectionCache {
  private readonly remembered = new LRUCache<string, CollectionSnapshot>(REMEMBERED);
  private readonly lookups = new LookupCounts();

  constructor(
    private readonly collections: CollectionsRepository,
    private readonly schemas: CompiledSchemas,
    private readonly uow: UnitOfWork,
    metrics: Metrics,
  ) {
    metrics.observe(CACHE_LOOKUPS, () => cacheLookupSeries('collections', this.lookups));
  }

  /** The rules as this process last saw them; looked up if it never has. `NOT_FOUND` if there is no such collection. */
  async getCached(caller: Caller, name: string): Promise<CollectionSnapshot> {
    const known = this.lookups.count(this.remembered.get(cacheKeyOf(caller, name)));
    return known ?? this.get(caller, name);
  }

  /** The rules as they are. */
  async get(caller: Caller, name: string): Promise<CollectionSnapshot> {
    return this.uow.run(caller, () => this.find(caller, name));
  }

  /** The rules for writing, in the open transaction: they can not change before it ends. */
  async lockForWrite(caller: Caller, name: string): Promise<CollectionSnapshot> {
    const locked = this.collections.lock(name, 'shared');
    const [rules] = await Promise.all([this.find(caller, name), locked]);
    return rules;
  }

  /**
   * What `read` finds in the collection. A deleted collection has no records, so whoever finds nothing in the remembered
   * one looks whether the name stands for another by now.
   */
  async readCurrent<T>(
    caller: Caller,
    name: string,
    read: (collection: CollectionSnapshot) => Promise<T>,
    isNothing: (found: T) => boolean,
  ): Promise<T> {
    const recalled = await this.getCached(caller, name);
    const found = await read(recalled);
    if (!isNothing(found)) return found;
    const current = await this.get(caller, name);
    return current.id === recalled.id ? found : read(current);
  }

  /** As `reading`, of the past: a deleted collection still has that, so what is remembered will not do. */
  async readPast<T>(caller: Caller, name: string, read: (collection: CollectionSnapshot) => Promise<T>): Promise<T> {
    return read(await this.get(caller, name));
  }

  private async find(caller: Caller, name: string): Promise<CollectionSnapshot> {
    const collection = await this.collections.find(name);
    if (!collection) {
      pinToPrimary(caller); // a replica may still have it
      throw notFound('collection', name);
    }
    const { id, revision, schema, requirePrecondition, indexes } = collection;
    const compiled = schema && this.schemas.compile(schema, `${id}/${revision}`);
    const indexed = indexes.filter(({ state }) => state === 'ready').map(({ path }) => path);
    const caching = { maxAge: maxAgeOf(collection), mayBeCached: mayBeCached(collection) };
    const rules = { id, name, revision, schema: compiled, requirePrecondition, ...caching, indexed };
    this.remembered.set(cacheKeyOf(caller, name), rules);
    return rules;
  }
}

function cacheKeyOf({ tenantId }: Caller, name: string): string {
  return `${tenantId}/${name}`;
}
