import { Injectable } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';

import { JsonText } from '@haven/kernel';
import { CACHE_LOOKUPS, cacheLookUps, HavenConfig, Log, Metrics, RedisServer } from '@haven/platform';

import { SharedRecords } from '../application/shared-records.js';
import type { SharedRecord } from '../application/shared-records.js';
import type { LiveRecord } from '../domain/record-reader.js';
import { StoredRecord } from '../domain/stored-record.js';

/** What nobody has asked for in so long, or what could not be dropped when it changed, is gone. */
const SECONDS = 600;

type Row = [place: number, position: string, version: number, createdAt: string, updatedAt: string, text: string];

/** Records in Redis, if there is one: without it, or while it does not answer, there are none. */
@Injectable()
export class RedisSharedRecords extends SharedRecords implements OnModuleDestroy {
  readonly exists: boolean;
  private readonly redis: RedisServer;
  hits = 0;
  misses = 0;

  constructor(config: HavenConfig, log: Log, metrics: Metrics) {
    super();
    const { redisUrl: url, redisTimeout: timeout } = config.cache;
    this.exists = url !== undefined;
    this.redis = new RedisServer({ url, timeout }, 'the cache', log);
    if (url !== undefined) metrics.observe(CACHE_LOOKUPS, () => cacheLookUps('records in redis', this));
  }

  async get(key: string): Promise<SharedRecord | undefined> {
    if (!this.redis.answers) return undefined;
    const text = await this.redis.client?.get(nameOf(key)).catch((error: unknown) => this.redis.miss(error));
    const shared = text == null ? undefined : parse(key, text);
    if (shared) this.hits++;
    else this.misses++;
    return shared;
  }

  put(key: string, { place, position, record }: SharedRecord): void {
    if (!this.redis.answers) return;
    const { version, createdAt, updatedAt, document } = record;
    const row: Row = [place, String(position), version, createdAt, updatedAt, document.text];
    this.redis.client
      ?.set(nameOf(key), JSON.stringify(row), 'EX', SECONDS)
      .catch((error: unknown) => this.redis.miss(error));
  }

  drop(keys: readonly string[]): void {
    if (!this.redis.answers) return;
    this.redis.client?.unlink(...keys.map(nameOf)).catch((error: unknown) => this.redis.miss(error));
  }

  onModuleDestroy(): void {
    this.redis.close();
  }
}

function nameOf(key: string): string {
  return `haven:record:${key}`;
}

/** Undefined for what this version of Haven would not have written. */
function parse(key: string, text: string): SharedRecord | undefined {
  try {
    const [place, position, version, createdAt, updatedAt, document] = JSON.parse(text) as Row;
    if (typeof document !== 'string') return undefined;
    const id = key.slice(key.lastIndexOf('/') + 1);
    const record = new StoredRecord(id, version, new JsonText(document), createdAt, updatedAt) as LiveRecord;
    return { place, position: BigInt(position), record };
  } catch {
    return undefined;
  }
}
