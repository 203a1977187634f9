import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { UnitOfWork } from '@haven/database';
import type { RecordSchema } from '@haven/json-schema';
import { HavenError, notFound, pinToPrimary, sqlState } from '@haven/kernel';
import type { Caller } from '@haven/kernel';
import { CACHE_LOOKUPS, cacheLookupSeries, LookupCounts, Metrics } from '@haven/observability';
import type { IndexDefinition } from '@haven/query';

import { CollectionsRepository } from '../domain/collections.repository.js';
import { definitionOf } from '../domain/declared-index.js';
import type { DeclaredIndex } from '../domain/declared-index.js';
import { searchDefinition } from '../domain/declared-search.js';
import type { SearchDeclaration } from '../domain/declared-search.js';
import { maxAgeOf, mayBeCached } from '../domain/cache-settings.js';
import type { Reference, Referrer } from '../domain/reference.js';
import { CompiledSchemas } from './compiled-schemas.js';

/** The settings of a collection that readers and writers of records need, at one revision. */
export interface CollectionSnapshot {
  /**
   * Number by which records and events refer to the collection. A new collection with the name of a deleted one gets
   * another number.
   */
  id: number;
  name: string;
  revision: number;
  /** Null if any JSON object is allowed. */
  schema: RecordSchema | null;
  /** Whether all current records satisfy the schema, not only those that were written after it was set. */
  enforced: boolean;
  requirePrecondition: boolean;
  /** Maximum age of a cached record that may be served, in milliseconds; 0 if records are not cached. */
  maxAge: number;
  /**
   * Whether any process may serve cached records of the collection: because its current settings allow that, or because
   * its previous settings did and some processes may still use them.
   */
  mayBeCached: boolean;
  /**
   * The indexes that writers maintain: all but failed ones. Cached settings may contain an index that is no longer
   * declared, and whose entries are no longer maintained: a read by entries has to verify that it is still declared.
   */
  indexes: readonly SnapshotIndex[];
  /** These indexes in the stored format, which write statements send; null if there are none. */
  indexesText: string | null;
  /** The declared search; null if there is none. */
  search: SnapshotSearch | null;
  /** The references that the schema declares. */
  references: readonly Reference[];
  /** The references of collections that name this one: a deletion of its records must find their referrers. */
  referrers: readonly Referrer[];
}

/** An index, and whether it has entries of all records, so that queries may use it. */
export interface SnapshotIndex extends IndexDefinition {
  readonly ready: boolean;
}

/** A declared search: writers maintain its documents, and queries use it once it is ready. */
export interface SnapshotSearch extends SearchDeclaration {
  /** Number of the index that contains the documents. */
  readonly id: number;
  readonly state: 'building' | 'ready';
  /** The definition as the SQL functions read it: `id`, `paths` and `language`. */
  readonly definition: string;
}

/** Returns the indexes that queries may use. */
export function readyIndexes({ indexes }: Pick<CollectionSnapshot, 'indexes'>): SnapshotIndex[] {
  return indexes.filter(({ ready }) => ready);
}

/** Whether a background job is adding entries or documents of the existing records. */
export function isBeingBuilt({ indexes, search }: Pick<CollectionSnapshot, 'indexes' | 'search'>): boolean {
  return search?.state === 'building' || indexes.some(({ ready }) => !ready);
}

/**
 * `max` is the maximum number of cached collections, because each may have a compiled schema. After `ttl` milliseconds
 * a collection is read again, because its indexes may have become ready.
 */
const CACHE_OPTIONS = { max: 1_000, ttl: 1_000 };

/** SQLSTATE of a statement that reads the entries of an index that is no longer declared. */
const INDEX_NOT_DECLARED = 'HV001';

/**
 * Reads the settings of collections and caches them. A process is not notified when another process changes a
 * collection, so cached settings may be outdated. A caller may use them only if the database then verifies the result:
 * a write states the revision on which it is based, and a read that finds a record proves that the collection still
 * exists.
 */
@Injectable()
export class CollectionCache {
  private readonly cache = new LRUCache<string, CollectionSnapshot>(CACHE_OPTIONS);
  private readonly lookups = new LookupCounts();

  constructor(
    private readonly collections: CollectionsRepository,
    private readonly schemas: CompiledSchemas,
    private readonly uow: UnitOfWork,
    metrics: Metrics,
  ) {
    metrics.observe(CACHE_LOOKUPS, () => cacheLookupSeries('collections', this.lookups));
  }

  /** Returns the cached settings of a collection, or reads them. Throws `NOT_FOUND` if there is no such collection. */
  async getCached(caller: Caller, name: string): Promise<CollectionSnapshot> {
    const known = this.lookups.count(this.cache.get(cacheKeyOf(caller, name)));
    return known ?? this.get(caller, name);
  }

  /** Reads the current settings of a collection. */
  async get(caller: Caller, name: string): Promise<CollectionSnapshot> {
    return this.uow.run(caller, () => this.find(caller, name));
  }

  /**
   * Locks a collection in the open transaction and reads its settings, which cannot change before the transaction ends.
   */
  async lockForWrite(caller: Caller, name: string): Promise<CollectionSnapshot> {
    const locked = this.collections.lock(name, 'shared');
    const [collection] = await Promise.all([this.find(caller, name), locked]);
    return collection;
  }

  /** Like `lockForWrite`, but returns null if there is no such collection. */
  async lockForWriteIfExists(caller: Caller, name: string): Promise<CollectionSnapshot | null> {
    try {
      return await this.lockForWrite(caller, name);
    } catch (error) {
      if (error instanceof HavenError && error.code === 'NOT_FOUND') return null;
      throw error;
    }
  }

  /**
   * Returns what `read` finds in the cached collection. If it finds nothing, the reason may be that the cached
   * collection has been deleted and its name now belongs to a new one. In this case, calls `read` again with the new
   * collection, and likewise if `read` used an index that is no longer declared.
   */
  async readCurrent<T>(
    caller: Caller,
    name: string,
    read: (collection: CollectionSnapshot) => Promise<T>,
    isNothing: (found: T) => boolean,
  ): Promise<T> {
    const cached = await this.getCached(caller, name);
    const found = await this.withDeclaredIndexes(caller, cached, read);
    if (!isNothing(found)) return found;
    const current = await this.get(caller, name);
    return current.id === cached.id ? found : read(current);
  }

  /**
   * Like `readCurrent`, for reads of the past. Never uses cached settings: past records can be found even in a deleted
   * collection, so finding some does not prove that the collection still exists.
   */
  async readPast<T>(caller: Caller, name: string, read: (collection: CollectionSnapshot) => Promise<T>): Promise<T> {
    return this.withDeclaredIndexes(caller, await this.get(caller, name), read);
  }

  private async withDeclaredIndexes<T>(
    caller: Caller,
    collection: CollectionSnapshot,
    read: (collection: CollectionSnapshot) => Promise<T>,
  ): Promise<T> {
    try {
      return await read(collection);
    } catch (error) {
      if (sqlState(error) !== INDEX_NOT_DECLARED) throw error;
      pinToPrimary(caller); // on a replica, a new index may not be ready yet
      return read(await this.get(caller, collection.name));
    }
  }

  private async find(caller: Caller, name: string): Promise<CollectionSnapshot> {
    const collection = await this.collections.find(name);
    if (!collection) {
      pinToPrimary(caller); // a replica may still have the deleted collection
      throw notFound('collection', name);
    }
    const { id, revision, schema, currentSchemaText, enforce, requirePrecondition, declaredIndexes } = collection;
    const { references, referrers, search: declared } = collection;
    const { isRehearsal } = this.uow; // then the settings may never be committed
    const compiled =
      schema && this.schemas.compile(schema, currentSchemaText, isRehearsal ? undefined : `${id}/${revision}`);
    const indexes = maintainedIndexes(declaredIndexes);
    const caching = { maxAge: maxAgeOf(collection), mayBeCached: mayBeCached(collection) };
    const enforced = enforce === 'all';
    const settings = { schema: compiled, enforced, requirePrecondition, references, referrers };
    const search = declared && { ...declared, definition: searchDefinition(declared) };
    const snapshot = { id, name, revision, ...settings, ...caching, ...indexes, search };
    if (!isRehearsal) this.cache.set(cacheKeyOf(caller, name), snapshot);
    return snapshot;
  }
}

function maintainedIndexes(declared: readonly DeclaredIndex[]): Pick<CollectionSnapshot, 'indexes' | 'indexesText'> {
  const maintained = declared.filter(({ state }) => state !== 'failed');
  return {
    indexes: maintained.map((index) => ({ ...definitionOf(index), ready: index.state === 'ready' })),
    indexesText: maintained.length === 0 ? null : JSON.stringify(maintained),
  };
}

function cacheKeyOf({ tenantId }: Caller, name: string): string {
  return `${tenantId}/${name}`;
}
