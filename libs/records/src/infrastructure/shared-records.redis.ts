import { Injectable } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { CACHE_LOOKUPS, cacheLookUps, HavenConfig, Log, Metrics, RedisServer } from '@haven/platform';

import { SharedRecords } from '../application/shared-records.js';
import type { CachedRecord, SharedLookup } from '../application/shared-records.js';

/** No copy is older: the mark of an erased record outlives all of them. */
const LONGEST_MS = 3_600_000;

interface Scope {
  /** Copies read before this time of Redis are not believed: changes before it may have been missed. */
  since: number;
  maxAge: number;
}

/**
 * Sets a copy that was read at ARGV[4], or the mark of a version if that is empty: `version at revision createdAt updatedAt text`,
 * or `version`. All times are Redis's own, so that a command which arrives late sets nothing that is too old.
 */
const STORE = `
local head = redis.pcall('GETRANGE', KEYS[1], 0, 15)
local held = type(head) == 'string' and tonumber(string.match(head, '^%d+')) or -1
local version, time, age = tonumber(ARGV[1]), redis.call('TIME'), 0
if ARGV[4] ~= '' then age = time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[4] end
if (version > held or version == held and ARGV[4] ~= '') and age < tonumber(ARGV[3]) then
  redis.call('SET', KEYS[1], ARGV[2], 'PX', string.format('%d', ARGV[3] - age))
end`;

/** Cached records in Redis. While Redis is unreachable nothing is found; afterwards only what has been read since. */
@Injectable()
export class RedisSharedRecords extends SharedRecords implements OnModuleDestroy {
  private readonly redis: RedisServer;
  private readonly scopes = new LRUCache<string, Scope>({ max: 10_000 });
  hits = 0;
  misses = 0;

  constructor(config: HavenConfig, log: Log, metrics: Metrics) {
    super();
    const { redisUrl: url, redisTimeout: timeout } = config.cache;
    this.redis = new RedisServer({ url, timeout }, 'the cache', log);
    if (url !== undefined) metrics.observe(CACHE_LOOKUPS, () => cacheLookUps('records in redis', this));
  }

  async get(id: string, name: string, maxAge: number): Promise<SharedLookup> {
    const { client } = this.redis;
    if (!client || !this.isReachable()) return {};
    const scope = this.scopes.get(id) ?? { since: Infinity, maxAge };
    scope.maxAge = maxAge;
    this.scopes.set(id, scope);
    try {
      const [time, value] = (await client.pipeline().time().get(redisKeyOf(name)).exec()) ?? [];
      if (!time || time[0]) throw time?.[0] ?? new Error('Redis told no time.');
      const [seconds = 0, micros = 0] = (time[1] as unknown[]).map(Number); // what TIME returns
      const at = seconds * 1_000 + Math.floor(micros / 1_000);
      if (scope.since === Infinity) scope.since = at;
      const copy = value?.[0] ? undefined : parseCopy(value?.[1]);
      const isBelieved = copy && copy.at >= scope.since && copy.at <= at && this.scopes.peek(id) === scope;
      if (isBelieved) this.hits++;
      else this.misses++;
      return isBelieved ? { at, found: copy.record, age: at - copy.at } : { at };
    } catch (error) {
      this.fail(error);
      return {};
    }
  }

  put(name: string, { at }: SharedLookup, record: CachedRecord, maxAge: number): void {
    if (at === undefined) return;
    const { version, revision, createdAt, updatedAt, text } = record;
    const value = [version, at, revision, createdAt, updatedAt, text].join(' ');
    this.store(name, version, value, maxAge, at);
  }

  drop(id: string, name: string, version: number): void {
    const scope = this.scopes.peek(id);
    if (scope) this.store(name, version, String(version), scope.maxAge);
  }

  erase(name: string, version: number): void {
    this.store(name, version, String(version), LONGEST_MS);
  }

  onModuleDestroy(): void {
    this.redis.close();
  }

  private store(name: string, version: number, value: string, maxAge: number, at: number | '' = ''): void {
    if (!this.redis.client || !this.isReachable()) return;
    this.redis.client
      .eval(STORE, 1, redisKeyOf(name), version, value, maxAge, at)
      .catch((error: unknown) => this.fail(error));
  }

  /** What could not be dropped while Redis was away may still be there, so no scope is followed any more. */
  private isReachable(): boolean {
    if (!this.redis.answers) this.scopes.clear();
    return this.redis.answers;
  }

  private fail(error: unknown): void {
    this.scopes.clear();
    this.redis.miss(error);
  }
}

function redisKeyOf(name: string): string {
  return `haven:cache:${name}`;
}

/** Undefined for a mark, and for what Haven has not written. */
function parseCopy(value: unknown): { at: number; record: CachedRecord } | undefined {
  const [, version, at, revision, createdAt = '', updatedAt = '', text = ''] =
    /^(\d+) (\d+) (\d+) (\S+) (\S+) (\{.*\})$/s.exec(String(value)) ?? [];
  if (version === undefined || !isJson(text)) return undefined;
  return {
    at: Number(at),
    record: { version: Number(version), revision: Number(revision), createdAt, updatedAt, text },
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
