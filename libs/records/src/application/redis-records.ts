import { Injectable } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { HavenConfig } from '@haven/config';
import { CACHE_LOOKUPS, cacheLookupSeries, Log, Metrics } from '@haven/observability';
import { OptionalRedis } from '@haven/rate-limits';

/** A copy of a record. Its document is text, so that each reader parses an object of its own. */
export interface CachedRecord {
  readonly version: number;
  /** Revision of the collection's settings under which it was read. */
  readonly revision: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly text: string;
}

/** When the lookup was, by the clock of Redis, and what it found; nothing where Redis could not be asked. */
type Lookup = { at?: number; found?: undefined } | { at: number; found: CachedRecord; age: number };

/** A collection whose changes this process follows, and drops here as well. */
interface FollowedCollection {
  /** Copies read before this time are not believed: changes before it may have been missed. */
  since: number;
  maxAge: number;
}

/** No copy gets older: the mark of an erased record outlives all of them. */
const LONGEST_MS = 3_600_000;
const MAX_SCOPES = 10_000;

/**
 * Stores a copy that was read at ARGV[4], `version at revision createdAt updatedAt text`, or, if that is empty, the mark that
 * there is a version, which is its number alone. Times are Redis's own: a command that arrives late stores nothing too old.
 */
const STORE = `
local head = redis.pcall('GETRANGE', KEYS[1], 0, 15)
local held = type(head) == 'string' and tonumber(string.match(head, '^%d+')) or -1
local version, time, age = tonumber(ARGV[1]), redis.call('TIME'), 0
if ARGV[4] ~= '' then age = time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[4] end
if (version > held or version == held and ARGV[4] ~= '') and age < tonumber(ARGV[3]) then
  redis.call('SET', KEYS[1], ARGV[2], 'PX', string.format('%d', ARGV[3] - age))
end`;

/** The cached records that all processes share in Redis. While it is away nothing is found; afterwards only what has been read since. */
@Injectable()
export class RedisRecords implements OnModuleDestroy {
  private readonly redis: OptionalRedis;
  private readonly scopes = new LRUCache<string, FollowedCollection>({ max: MAX_SCOPES });
  hits = 0;
  misses = 0;

  constructor(config: HavenConfig, log: Log, metrics: Metrics) {
    const { redisUrl: url, redisTimeout: timeout } = config.cache;
    this.redis = new OptionalRedis({ url, timeout }, 'the cache', log);
    this.redis.client?.on('ready', () => this.scopes.clear()); // what is there now may lack the marks that were left before
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
      const isBelieved = copy && copy.at >= scope.since && copy.at <= at && this.scopes.peek(scopeId) === scope;
      if (isBelieved) this.hits++;
      else this.misses++;
      return isBelieved ? { at, found: copy.record, age: at - copy.at } : { at };
    } catch (error) {
      this.redis.recordFailure(error);
      return {};
    }
  }

  /** Stores what was read from the database after the lookup at that time, unless a later version is known here. */
  put(name: string, record: CachedRecord, at: number, maxAge: number): void {
    const { version, revision, createdAt, updatedAt, text } = record;
    const value = [version, at, revision, createdAt, updatedAt, text].join(' ');
    if (this.redis.isAvailable)
      this.store(name, version, value, maxAge, at).catch((error: unknown) => this.redis.recordFailure(error));
  }

  /** Replaces copies older than the version by its mark, if this process uses the scope. */
  drop(scopeId: string, name: string, version: number): void {
    const scope = this.scopes.peek(scopeId);
    if (scope) this.mark(name, version, scope.maxAge);
  }

  /** As `drop`, whether the scope is used or not. */
  erase(name: string, version: number): void {
    this.mark(name, version, LONGEST_MS);
  }

  onModuleDestroy(): void {
    this.redis.close();
  }

  /** The time of Redis, in milliseconds, and what is there then. */
  private async read(key: string): Promise<[at: number, value: unknown]> {
    const [time, value] = (await this.redis.client?.pipeline().time().get(key).exec()) ?? [];
    if (!time || time[0]) throw time?.[0] ?? new Error('Redis did not tell the time.');
    const [seconds = 0, micros = 0] = (time[1] as unknown[]).map(Number); // as TIME returns them
    return [seconds * 1_000 + Math.floor(micros / 1_000), value?.[0] ? undefined : value?.[1]];
  }

  /** Where a mark is missing, an outdated copy may be left: then no scope is followed any more. */
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

function redisKeyOf(name: string): string {
  return `haven:cache:${name}`;
}

/** Undefined for a mark, and for what Haven would not have written. */
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
