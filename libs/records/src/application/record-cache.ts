import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import type { Rules } from '@haven/collections';
import { FEED_GREW, FeedTailReader } from '@haven/events';
import type { FeedEntry, FeedTail } from '@haven/events';
import { JsonText } from '@haven/kernel';
import type { CacheUse, Caller } from '@haven/kernel';
import { CACHE_LOOKUPS, cacheLookUps, HavenConfig, Metrics, Notices, pause } from '@haven/platform';

import { RecordReader } from '../domain/record-reader.js';
import type { LiveRecord } from '../domain/record-reader.js';
import { StoredRecord } from '../domain/stored-record.js';
import { SharedRecords } from './shared-records.js';
import type { CachedRecord } from './shared-records.js';

/** Nothing is served from the cache by a process that read the feed longer ago than this. */
const FEED_VALID_MS = 1_000;

/** By then no process serves a copy that an event in the feed has outdated; a little longer, for timers are not exact. */
const DROPPED_EVERYWHERE_MS = FEED_VALID_MS + 100;

/** What stands in place of the text of a copy that was dropped: older copies are not taken from elsewhere then. */
const DROPPED = '';

/** What a copy takes besides its text, which may have two bytes a character. */
const OVERHEAD_BYTES = 600;
const MAX_TENANTS = 1_000;

interface Copy extends CachedRecord {
  /** When the database was about to be asked for it, by the clock of this process. */
  readonly readAt: number;
}

/** A record that is being read, by how many readers, and the least version that may be kept of it. */
interface Fill {
  readers: number;
  least: number;
}

/** A tenant whose feed this process follows. */
interface FollowedTenant {
  readonly id: string;
  /** Another one each time a tenant is followed anew: copies under the one before are not found any more. */
  readonly prefix: string;
  lineage: string;
  /** How far the feed has been read; undefined before the first time. */
  sequence: number | undefined;
  /** When the last successful reading of the feed began. */
  readAt: number;
  usedAt: number;
  reading: Promise<void> | undefined;
  isDue: boolean;
}

/**
 * Caches records that are read by id, of collections with a `cache`. A copy is dropped at the commit of a change in this process,
 * and when the feed shows a change by another; it is served up to the collection's `maxAge`, and only while the feed was
 * read less than a second ago (ADR 29).
 */
@Injectable()
export class RecordCache implements BeforeApplicationShutdown {
  private readonly copies: LRUCache<string, Copy> | undefined;
  private readonly fills = new Map<string, Fill>();
  private readonly tenants = new LRUCache<string, FollowedTenant>({ max: MAX_TENANTS });
  private followed = 0;
  private listening: Promise<unknown> | undefined;
  private isStopping = false;
  hits = 0;
  misses = 0;

  constructor(
    private readonly reader: RecordReader,
    private readonly feed: FeedTailReader,
    private readonly notices: Notices,
    private readonly shared: SharedRecords,
    { cache: { memory } }: HavenConfig,
    metrics: Metrics,
  ) {
    const sizeCalculation = ({ text }: Copy): number => OVERHEAD_BYTES + 2 * text.length;
    if (memory > 0) this.copies = new LRUCache({ maxSize: memory, sizeCalculation, ttlAutopurge: true });
    metrics.observe(CACHE_LOOKUPS, () => cacheLookUps('records', this));
  }

  /** The record from the cache where the collection and the request allow that, otherwise from the database. */
  async find(caller: Caller, rules: Rules, id: string): Promise<LiveRecord | null> {
    if (!this.copies || rules.maxAge === 0 || !caller.cache?.isAllowed) return this.reader.find(caller, rules.id, id);
    const tenant = this.follow(caller.tenantId);
    const copy = isCurrent(tenant) ? this.copies.get(keyOf(tenant, rules.id, id)) : undefined;
    const isHit = copy !== undefined && isServable(copy, rules);
    if (isHit) this.hits++;
    else this.misses++;
    return isHit ? serve(caller.cache, id, copy) : this.fill(caller, caller.cache, tenant, rules, id);
  }

  /** Drops copies of records that this process has changed. */
  changed(tenantId: string, collectionId: number, changes: readonly Omit<FeedEntry, 'collectionId'>[]): void {
    const tenant = this.tenants.peek(tenantId);
    if (tenant) for (const { recordId, version } of changes) this.drop(tenant, { collectionId, recordId, version });
  }

  /** Drops all copies of an erased record; resolves once no process serves one any more. */
  async erased(tenantId: string, entry: FeedEntry): Promise<void> {
    const tenant = this.follow(tenantId);
    this.drop(tenant, entry);
    await tenant.reading;
    this.shared.erase(nameOf(tenant, entry), entry.version);
    await this.feed.awaitEntry(tenantId, entry);
    await pause(DROPPED_EVERYWHERE_MS, new AbortController().signal);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    await Promise.all([...this.tenants.values()].map(({ reading }) => reading));
  }

  private async fill(
    caller: Caller,
    use: CacheUse,
    tenant: FollowedTenant,
    rules: Rules,
    id: string,
  ): Promise<LiveRecord | null> {
    if (tenant.sequence === undefined) return this.reader.current(caller, rules.id, id); // the feed would not show later changes
    const key = keyOf(tenant, rules.id, id);
    const name = nameOf(tenant, { collectionId: rules.id, recordId: id });
    const fill = this.begin(key);
    try {
      const readAt = performance.now();
      const lookup = isCurrent(tenant) ? await this.shared.get(scopeOf(tenant, rules.id), name, rules.maxAge) : {};
      if (lookup.found) {
        const copy = { ...lookup.found, readAt: readAt - (lookup.age ?? 0) };
        if (isCurrent(tenant) && isServable(copy, rules) && this.keep(tenant, key, fill, copy, rules.maxAge))
          return serve(use, id, copy);
      }
      const askedAt = performance.now();
      const record = await this.reader.current(caller, rules.id, id);
      if (!record) return null;
      const { version, createdAt, updatedAt, document } = record;
      const copy = { version, revision: rules.revision, createdAt, updatedAt, text: document.text, readAt: askedAt };
      if (this.keep(tenant, key, fill, copy, rules.maxAge)) this.shared.put(name, lookup, copy, rules.maxAge);
      return record;
    } finally {
      if (--fill.readers === 0) this.fills.delete(key);
    }
  }

  private begin(key: string): Fill {
    const fill = this.fills.get(key) ?? { readers: 0, least: 0 };
    this.fills.set(key, fill);
    fill.readers++;
    return fill;
  }

  /** Keeps a copy, unless the record has changed since the read began; whether it has not. */
  private keep(tenant: FollowedTenant, key: string, fill: Fill, copy: Copy, maxAge: number): boolean {
    const least = Math.max(fill.least, this.copies?.peek(key)?.version ?? 0);
    if (copy.version < least || this.tenants.peek(tenant.id) !== tenant) return false;
    this.copies?.set(key, copy, { ttl: maxAge });
    return true;
  }

  private drop(tenant: FollowedTenant, entry: FeedEntry): void {
    const { collectionId, recordId, version } = entry;
    const key = keyOf(tenant, collectionId, recordId);
    const copy = this.copies?.peek(key);
    if (copy && copy.version < version)
      this.copies?.set(key, { ...copy, version, text: DROPPED }, { noUpdateTTL: true });
    const fill = this.fills.get(key);
    if (fill) fill.least = Math.max(fill.least, version);
    this.shared.drop(scopeOf(tenant, collectionId), nameOf(tenant, entry), version);
  }

  /** The tenant, whose feed is read again in the background if that was half of the time ago that it may be. */
  private follow(id: string): FollowedTenant {
    this.listening ??= this.notices.listen(FEED_GREW, (grown) => this.grew(grown));
    const usedAt = performance.now();
    let tenant = this.tenants.get(id);
    if (!tenant) {
      const prefix = String(++this.followed);
      const never = { lineage: '', sequence: undefined, readAt: -Infinity, reading: undefined, isDue: false };
      tenant = { id, prefix, usedAt, ...never };
      this.tenants.set(id, tenant);
    }
    tenant.usedAt = usedAt;
    if (tenant.readAt < usedAt - FEED_VALID_MS / 2) this.readFeed(tenant);
    return tenant;
  }

  /** A tenant that is not in use must have its feed read before its copies are served, so that can wait. */
  private grew(id: string | undefined): void {
    const tenant = id === undefined ? undefined : this.tenants.peek(id);
    if (tenant && performance.now() - tenant.usedAt < FEED_VALID_MS) this.readFeed(tenant);
  }

  private readFeed(tenant: FollowedTenant): void {
    tenant.isDue = true;
    tenant.reading ??= this.catchUp(tenant).finally(() => (tenant.reading = undefined));
  }

  private async catchUp(tenant: FollowedTenant): Promise<void> {
    while (tenant.isDue && !this.isStopping) {
      tenant.isDue = false;
      const readAt = performance.now();
      const tail = await this.feed.read(tenant.id, tenant.sequence).catch(() => undefined);
      if (!tail) return; // without it nothing is served from the cache, and the next read tries again
      if (!this.apply(tenant, tail)) return;
      tenant.readAt = readAt;
    }
  }

  /** Whether all changes are known now; otherwise the tenant's copies are given up. */
  private apply(tenant: FollowedTenant, { lineage, head, entries }: FeedTail): boolean {
    const isFirst = tenant.sequence === undefined;
    if (!entries || (!isFirst && (lineage !== tenant.lineage || head < (tenant.sequence ?? 0)))) {
      tenant.readAt = -Infinity;
      if (this.tenants.peek(tenant.id) === tenant) this.tenants.delete(tenant.id);
      return false;
    }
    for (const entry of entries) this.drop(tenant, entry);
    Object.assign(tenant, { lineage, sequence: head });
    return true;
  }
}

function isCurrent({ readAt }: FollowedTenant): boolean {
  return performance.now() - readAt < FEED_VALID_MS;
}

function isServable({ text, revision, readAt }: Copy, rules: Rules): boolean {
  return text !== DROPPED && revision === rules.revision && performance.now() - readAt < rules.maxAge;
}

function serve(use: CacheUse, id: string, { version, createdAt, updatedAt, text, readAt }: Copy): LiveRecord {
  use.oldest = Math.max(use.oldest ?? 0, performance.now() - readAt);
  return new StoredRecord(id, version, new JsonText(text), createdAt, updatedAt) as LiveRecord; // it has a document
}

function scopeOf({ prefix }: FollowedTenant, collectionId: number): string {
  return `${prefix}/${collectionId}`;
}

function keyOf(tenant: FollowedTenant, collectionId: number, recordId: string): string {
  return `${scopeOf(tenant, collectionId)}/${recordId}`;
}

/** What the copies of all processes are called. */
function nameOf({ id, lineage }: FollowedTenant, { collectionId, recordId }: Omit<FeedEntry, 'version'>): string {
  return `${lineage}/${id}/${collectionId}/${recordId}`;
}
