import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import type { CollectionSnapshot } from '@haven/collections';
import { HavenConfig } from '@haven/config';
import { PgPubSub } from '@haven/database';
import { FEED_GREW_CHANNEL, FeedTailReader } from '@haven/events';
import type { FeedEntry } from '@haven/events';
import { RawJson, pause } from '@haven/kernel';
import type { CacheUse, Caller } from '@haven/kernel';
import { CACHE_LOOKUPS, cacheLookupSeries, Metrics } from '@haven/observability';

import { RecordReader } from '../domain/record-reader.js';
import type { LiveRecord } from '../domain/record-reader.js';
import { StoredRecord } from '../domain/stored-record.js';
import { FEED_VALID_MS, FollowedTenant } from './followed-tenant.js';
import { ListTags } from './list-tags.js';
import { RedisRecords } from './redis-records.js';
import type { CachedRecord } from './redis-records.js';

/**
 * Time after an event has entered the feed until no process serves a cached copy that the event has made outdated, in
 * milliseconds. Slightly longer than `FEED_VALID_MS`, because timers are not exact.
 */
const DROPPED_EVERYWHERE_MS = FEED_VALID_MS + 100;

/**
 * Estimated memory that a copy takes in addition to its text, in bytes. The text itself can take two bytes per
 * character.
 */
const OVERHEAD_BYTES = 600;
const MAX_TENANTS = 1_000;

interface Copy extends CachedRecord {
  /** When the read from the database started, by this process's monotonic clock. */
  readonly readAt: number;
}

/**
 * The `text` of an entry that is not a copy but only holds the place of one, while the record is being read and after
 * it has changed. The entry contains a version, and no copy of an older version may replace it.
 */
const MARKER = '';

/**
 * Caches records that are read by id, in collections with a `cache` setting. A copy is dropped when this process
 * commits a change to the record, or when the change feed contains a change by another process. It is served until it
 * is older than the collection's `maxAge`, and only while the last read of the feed is less than a second old (ADR 29).
 */
@Injectable()
export class RecordCache {
  private readonly copies: LRUCache<string, Copy> | undefined;
  private readonly tenants = new LRUCache<string, FollowedTenant>({ max: MAX_TENANTS });
  private followed = 0;
  private listening: Promise<unknown> | undefined;
  hits = 0;
  misses = 0;

  constructor(
    private readonly reader: RecordReader,
    private readonly feed: FeedTailReader,
    private readonly pubSub: PgPubSub,
    private readonly redis: RedisRecords,
    private readonly tags: ListTags,
    { cache: { memory } }: HavenConfig,
    metrics: Metrics,
  ) {
    const sizeCalculation = ({ text }: Copy): number => OVERHEAD_BYTES + 2 * text.length;
    if (memory > 0) this.copies = new LRUCache({ maxSize: memory, sizeCalculation, ttlAutopurge: true });
    metrics.observe(CACHE_LOOKUPS, () => cacheLookupSeries('records', this));
  }

  /** Returns the record from the cache if the collection and the request allow that, otherwise from the database. */
  async find(caller: Caller, collection: CollectionSnapshot, id: string): Promise<LiveRecord | null> {
    const { cache } = caller;
    if (!this.copies || collection.maxAge === 0 || !cache?.isAllowed)
      return this.reader.find(caller, collection.id, id);
    const tenant = this.tenantOf(caller.tenantId);
    tenant.use();
    const copy = tenant.isCurrent ? this.copies.get(copyKeyOf(tenant, collection.id, id)) : undefined;
    const isHit = copy !== undefined && isServable(copy, collection);
    if (isHit) this.hits++;
    else this.misses++;
    if (isHit) return serve(cache, id, copy);
    return tenant.isFollowed
      ? this.fill(caller, cache, tenant, collection, id)
      : this.reader.current(caller, collection.id, id);
  }

  /** Drops the copies of records that this process has changed, and the tags of lists that contained them. */
  changed(tenantId: string, collectionId: number, changes: readonly Omit<FeedEntry, 'collectionId'>[]): void {
    this.tags.changed(tenantId, collectionId);
    const tenant = this.tenants.peek(tenantId);
    if (tenant) for (const { recordId, version } of changes) this.drop(tenant, { collectionId, recordId, version });
  }

  /** Drops all copies of an erased record. Resolves once no process serves such a copy any more. */
  async erased(tenantId: string, entry: FeedEntry): Promise<void> {
    const tenant = this.tenantOf(tenantId);
    this.drop(tenant, entry);
    if (!tenant.isFollowed) await tenant.read(); // the read sets `lineage`, which the name contains
    this.redis.erase(sharedNameOf(tenant, entry), entry.version);
    await this.feed.awaitEntry(tenantId, entry);
    await pause(DROPPED_EVERYWHERE_MS, new AbortController().signal);
  }

  private async fill(
    caller: Caller,
    use: CacheUse,
    tenant: FollowedTenant,
    collection: CollectionSnapshot,
    id: string,
  ): Promise<LiveRecord | null> {
    const key = copyKeyOf(tenant, collection.id, id);
    const name = sharedNameOf(tenant, { collectionId: collection.id, recordId: id });
    const ttl = collection.maxAge;
    const marker = { version: this.copies?.peek(key)?.version ?? 0, text: MARKER };
    this.copies?.set(key, { ...marker, revision: 0, createdAt: '', updatedAt: '', readAt: 0 }, { ttl });
    const lookedUpAt = performance.now();
    const shared = tenant.isCurrent ? await this.redis.get(scopeOf(tenant, collection.id), name, ttl) : {};
    if (shared.found) {
      const copy = { ...shared.found, readAt: lookedUpAt - shared.age };
      if (tenant.isCurrent && isServable(copy, collection) && this.keep(tenant, key, copy, ttl))
        return serve(use, id, copy);
    }
    const readAt = performance.now();
    const record = await this.reader.current(caller, collection.id, id);
    if (!record) return null;
    const { version, createdAt, updatedAt, document } = record;
    const copy = { version, revision: collection.revision, createdAt, updatedAt, text: document.text, readAt };
    if (this.keep(tenant, key, copy, ttl) && shared.at !== undefined) this.redis.put(name, copy, shared.at, ttl);
    return record;
  }

  /**
   * Caches a copy, unless the record may have changed since the read of the copy started. Returns whether the copy was
   * cached.
   */
  private keep(tenant: FollowedTenant, key: string, copy: Copy, ttl: number): boolean {
    const marker = this.copies?.peek(key);
    if (!marker || copy.version < marker.version || this.tenants.peek(tenant.id) !== tenant) return false;
    this.copies?.set(key, copy, { ttl });
    return true;
  }

  private drop(tenant: FollowedTenant, entry: FeedEntry): void {
    const { collectionId, recordId, version } = entry;
    const key = copyKeyOf(tenant, collectionId, recordId);
    const copy = this.copies?.peek(key);
    if (copy && copy.version < version)
      this.copies?.set(key, { ...copy, version, text: MARKER }, { noUpdateTTL: true });
    this.redis.drop(scopeOf(tenant, collectionId), sharedNameOf(tenant, entry), version);
  }

  private tenantOf(id: string): FollowedTenant {
    this.listening ??= this.pubSub.subscribe(FEED_GREW_CHANNEL, (grown) => grown && this.tenants.peek(grown)?.grew());
    const known = this.tenants.get(id);
    if (known) return known;
    const tenant = new FollowedTenant(id, String(++this.followed), this.feed, {
      changed: (changed, entry) => this.drop(changed, entry),
      lost: (lost) => this.tenants.peek(id) === lost && this.tenants.delete(id),
    });
    this.tenants.set(id, tenant);
    return tenant;
  }
}

function isServable({ text, revision, readAt }: Copy, collection: CollectionSnapshot): boolean {
  return text !== MARKER && revision === collection.revision && performance.now() - readAt < collection.maxAge;
}

function serve(use: CacheUse, id: string, { version, createdAt, updatedAt, text, readAt }: Copy): LiveRecord {
  use.oldest = Math.max(use.oldest ?? 0, performance.now() - readAt);
  return new StoredRecord(id, version, new RawJson(text), createdAt, updatedAt) as LiveRecord; // has a document
}

function scopeOf({ key }: FollowedTenant, collectionId: number): string {
  return `${key}/${collectionId}`;
}

function copyKeyOf(tenant: FollowedTenant, collectionId: number, recordId: string): string {
  return `${scopeOf(tenant, collectionId)}/${recordId}`;
}

/** Returns the name of a record's copy in Redis, which all processes share. */
function sharedNameOf({ id, lineage }: FollowedTenant, { collectionId, recordId }: Omit<FeedEntry, 'version'>): string {
  return `${lineage}/${id}/${collectionId}/${recordId}`;
}
