import { Injectable } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { HavenConfig } from '@haven/config';
import { CACHE_LOOKUPS, cacheLookupSeries, ComponentHealths, Log, Metrics } from '@haven/observability';
import { OptionalRedis } from '@haven/rate-limits';

/** A cached copy of a record. Its document is text, so that each reader parses its own object. */
export interface CachedRecord {
  readonly version: number;
  /** Revision of the collection's settings at which the record was read. */
  readonly revision: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly text: string;
}

/**
 * Result of a lookup: when it took place according to Redis's clock, and the copy that was found with its age in
 * milliseconds. Empty if Redis is not available.
 */
type Lookup = { at?: number; found?: undefined } | { at: number; found: CachedRecord; age: number };

/**
 * A collection of a tenant whose changes this process learns from the change feed, so that it can drop outdated copies
 * from Redis.
 */
interface FollowedCollection {
  /**
   * Copies that were read before this time (by Redis's clock) are not used, because changes before it may have been
   * missed.
   */
  since: number;
  maxAge: number;
}

/**
 * Maximum age of any copy, in milliseconds. The marker of an erased record (see `STORE`) is kept for this time, so that
 * it outlives all copies of the record.
 */
const LONGEST_MS = 3_600_000;
const MAX_SCOPES = 10_000;

/**
 * Stores a copy that was read at the time ARGV[4], as `version at revision createdAt updatedAt text`. If ARGV[4] is
 * empty, stores a marker instead of a copy. A marker consists only of a version number; it replaces a copy of an older
 * version, and prevents such a copy from being stored again. All times are read from Redis's clock, so that a command
 * that arrives late does not store an outdated copy.
 */
const STORE = `
local head = redis.pcall('GETRANGE', KEYS[1], 0, 15)
local held = type(head) == 'string' and tonumber(string.match(head, '^%d+')) or -1
local version, time, age = tonumber(ARGV[1]), redis.call('TIME'), 0
if ARGV[4] ~= '' then age = time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[4] end
if (version > held or version == held and ARGV[4] ~= '') and age < tonumber(ARGV[3]) then
  redis.call('SET', KEYS[1], ARGV[2], 'PX', string.format('%d', ARGV[3] - age))
end`;

/**
 * Caches records in Redis, which all processes share. While Redis is not available, lookups find nothing. Once Redis is
 * available again, copies that were read from the database before that are not used.
 */
@Injectable()
export class RedisRecords implements OnModuleDestroy {
  private readonly redis: OptionalRedis;
  private readonly scopes = new LRUCache<string, FollowedCollection>({ max: MAX_SCOPES });
  hits = 0;
  misses = 0;

  constructor(config: HavenConfig, log: Log, metrics: Metrics, components: ComponentHealths) {
    const { redisUrl: url, redisTimeout: timeout } = config.cache;
    this.redis = new OptionalRedis({ url, timeout }, 'the cache', log);
    components.add('redisCache', () => this.redis.report());
    // Markers may be missing from Redis after a reconnect, so copies from before the reconnect must not be used.
    this.redis.client?.on('ready', () => this.scopes.clear());
    if (url !== undefined) metrics.observe(CACHE_LOOKUPS, () => cacheLookupSeries('records in redis', this));
  }

  async get(scopeId: string, name: string, maxAge: number): Promise<Lookup> {
    if (!this.redis.isAvailable) return {};
    const scope = this.scopes.get(scopeId) ?? { since: Infinity, maxAge };
    this.scopes.set(scopeId, Object.assign(scope, { maxAge }));
    try {
      const [at, value] = await this.read(redisKeyOf(name));
      if (scope.since === Infinity) scope.since = at;
      const copy = parseCopy(value);
      const isValid = copy && copy.at >= scope.since && copy.at <= at && this.scopes.peek(scopeId) === scope;
      if (isValid) this.hits++;
      else this.misses++;
      return isValid ? { at, found: copy.record, age: at - copy.at } : { at };
    } catch (error) {
      this.redis.recordFailure(error);
      return {};
    }
  }

  /**
   * Stores a record that was read from the database after a lookup in Redis, unless Redis has a newer version. `at` is
   * the time of that lookup.
   */
  put(name: string, record: CachedRecord, at: number, maxAge: number): void {
    const { version, revision, createdAt, updatedAt, text } = record;
    const value = [version, at, revision, createdAt, updatedAt, text].join(' ');
    if (this.redis.isAvailable)
      this.store(name, version, value, maxAge, at).catch((error: unknown) => this.redis.recordFailure(error));
  }

  /**
   * Replaces a copy of an older version with a marker, if this process has looked up records of the collection
   * `scopeId`.
   */
  drop(scopeId: string, name: string, version: number): void {
    const scope = this.scopes.peek(scopeId);
    if (scope) this.mark(name, version, scope.maxAge);
  }

  /**
   * Like `drop`, but also for a collection in which this process has looked up no records. The marker is kept for
   * `LONGEST_MS`.
   */
  erase(name: string, version: number): void {
    this.mark(name, version, LONGEST_MS);
  }

  onModuleDestroy(): void {
    this.redis.close();
  }

  /** Returns Redis's current time in milliseconds, and the value of the key at that time. */
  private async read(key: string): Promise<[at: number, value: unknown]> {
    const [time, value] = (await this.redis.client?.pipeline().time().get(key).exec()) ?? [];
    if (!time || time[0]) throw time?.[0] ?? new Error('Redis did not return its time.');
    const [seconds = 0, micros = 0] = (time[1] as unknown[]).map(Number); // TIME returns strings
    return [seconds * 1_000 + Math.floor(micros / 1_000), value?.[0] ? undefined : value?.[1]];
  }

  /**
   * Stores a marker. If that fails, an outdated copy may remain in Redis. All collections are then removed from
   * `scopes`, so that this process uses no copy that is in Redis now.
   */
  private mark(name: string, version: number, maxAge: number): void {
    if (!this.redis.isAvailable) return this.scopes.clear();
    this.store(name, version, String(version), maxAge, '').catch((error: unknown) => {
      this.scopes.clear();
      this.redis.recordFailure(error);
    });
  }

  private async store(name: string, version: number, value: string, maxAge: number, at: number | ''): Promise<void> {
    await this.redis.client?.eval(STORE, 1, redisKeyOf(name), version, value, maxAge, at);
  }
}

/** Returns the key of a cached record in Redis, which is the same in all processes and versions of Haven. */
export function redisKeyOf(name: string): string {
  return `haven:cache:${name}`;
}

/** Parses a stored copy. Returns undefined for a marker and for a malformed value. */
function parseCopy(value: unknown): { at: number; record: CachedRecord } | undefined {
  const [, version, at, revision, createdAt = '', updatedAt = '', text = ''] =
    /^(\d+) (\d+) (\d+) (\S+) (\S+) (\{.*\})$/s.exec(String(value)) ?? [];
  if (version === undefined || !isJson(text)) return undefined;
  const record = { version: Number(version), revision: Number(revision), createdAt, updatedAt, text };
  return { at: Number(at), record };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
