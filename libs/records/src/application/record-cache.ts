import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { ChangeLookout, FEED_GREW } from '@haven/events';
import type { Caller, Sight } from '@haven/kernel';
import { CACHE_LOOKUPS, cacheLookUps, HavenConfig, Metrics, Notices } from '@haven/platform';

import type { LiveRecord } from '../domain/record-reader.js';
import { KnownChanges, recordKey } from './known-changes.js';
import type { Change } from './known-changes.js';
import type { ReadRecord } from './read-record.js';
import { RecordMemory } from './record-memory.js';
import { SharedRecords } from './shared-records.js';

type Read = () => Promise<LiveRecord | null>;

/** A tenant of whom records are remembered. */
interface CachedTenant {
  readonly id: string;
  readonly changes: KnownChanges;
  /** Another one whenever anything may have changed. */
  epoch: number;
  usedAt: number;
  looking: Promise<void> | undefined;
  hasNews: boolean;
}

const TENANTS = 1_000;

/** So long after the last read, in times of `cache.maxAge`, a tenant's news is still looked at unasked. */
const ATTENTION = 10;

/**
 * Remembers records by id, of collections that choose it. What is remembered is served only where it can not be older than
 * what the client has been told of, which it says itself (`Haven-Position`), and where this process knows all changes up to
 * there: it hears of them from the feed (ADR 26).
 */
@Injectable()
export class RecordCache implements BeforeApplicationShutdown {
  private readonly memory: RecordMemory | undefined;
  private readonly tenants = new LRUCache<string, CachedTenant>({ max: TENANTS });
  private readonly maxAge: number;
  private epochs = 0;
  private listening: Promise<unknown> | undefined;
  private isStopping = false;
  hits = 0;
  misses = 0;

  constructor(
    private readonly lookout: ChangeLookout,
    private readonly notices: Notices,
    private readonly shared: SharedRecords,
    { cache: { memory, maxAge } }: HavenConfig,
    metrics: Metrics,
  ) {
    if (memory > 0) this.memory = new RecordMemory(memory);
    this.maxAge = maxAge;
    metrics.observe(CACHE_LOOKUPS, () => cacheLookUps('records', this));
  }

  /** The record as it is remembered, or else as `read` finds it now; that has to ask the primary. */
  async find(caller: Caller, collectionId: number, id: string, read: Read): Promise<LiveRecord | null> {
    const { memory } = this;
    const { sight } = caller;
    if (!memory || !sight) return read();
    const tenant = this.tenantOf(caller.tenantId);
    const key = recordKey(collectionId, id);
    const memoryKey = `${tenant.id}/${key}`;
    const isKnown = this.isKnown(tenant, sight);
    const remembered = isKnown ? memory.get(memoryKey, tenant.epoch) : undefined;
    if (remembered) this.hits++;
    else this.misses++;
    if (remembered) return shown(sight, remembered);
    try {
      if (tenant.changes.place === undefined) return await read(); // what changes behind it would be told by nobody
      const found = await memory.fill(memoryKey, tenant.epoch, async () => {
        const shared = isKnown ? await this.recall(tenant, key) : undefined;
        return shared ?? this.readAndShare(tenant, key, sight, read);
      });
      return found && shown(sight, found);
    } finally {
      if (sight.isTold && !sight.latest && !isKnown) this.look(tenant); // behind the read: then what that has shown is known
    }
  }

  /** Forgets a record whose payload was erased, wherever it is remembered. */
  async forget(tenantId: string, collectionId: number, id: string): Promise<void> {
    const tenant = this.tenantOf(tenantId);
    this.memory?.hear(`${tenantId}/${recordKey(collectionId, id)}`, Infinity);
    if (!this.shared.exists) return;
    if (tenant.changes.place === undefined) this.look(tenant);
    await tenant.looking;
    this.shared.drop([sharedKey(tenant, recordKey(collectionId, id))]);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    await Promise.all([...this.tenants.values()].flatMap(({ looking }) => looking ?? []));
  }

  private tenantOf(id: string): CachedTenant {
    let tenant = this.tenants.get(id);
    if (!tenant) {
      this.listening ??= this.notices.listen(FEED_GREW, (grown) => this.hear(grown));
      tenant = {
        id,
        changes: new KnownChanges(this.shared.exists),
        epoch: ++this.epochs,
        usedAt: 0,
        looking: undefined,
        hasNews: false,
      };
      this.tenants.set(id, tenant);
    }
    tenant.usedAt = performance.now();
    return tenant;
  }

  /** Whether all that the client can have been told of is known; of one without a position nobody can tell. */
  private isKnown(tenant: CachedTenant, sight: Sight): boolean {
    if (sight.latest || !sight.isTold) return false;
    const isKnown = tenant.changes.covers(sight.position, tenant.usedAt - this.maxAge);
    if (isKnown && !tenant.changes.covers(sight.position, tenant.usedAt - this.maxAge / 2)) this.look(tenant); // in good time
    return isKnown;
  }

  /** What another process, or this one earlier, has read and shared. */
  private async recall(tenant: CachedTenant, key: string): Promise<ReadRecord | undefined> {
    const { lineage } = tenant.changes;
    const found = await this.shared.get(sharedKey(tenant, key));
    if (!found || lineage !== tenant.changes.lineage) return undefined;
    return tenant.changes.isNewest({ key, version: found.record.version }, found.place) ? found : undefined;
  }

  private async readAndShare(tenant: CachedTenant, key: string, sight: Sight, read: Read): Promise<ReadRecord | null> {
    const { place } = tenant.changes;
    const shared = sharedKey(tenant, key);
    const record = await read();
    const found = record && { record, position: sight.primary };
    if (found && place !== undefined) this.shared.put(shared, { ...found, place });
    return found;
  }

  /** Without a tenant something may have been missed, by all of them: whoever reads makes his look again. */
  private hear(grown: string | undefined): void {
    if (grown === undefined) {
      for (const { changes } of this.tenants.values()) changes.doubt();
      return;
    }
    const tenant = this.tenants.peek(grown);
    if (tenant && tenant.usedAt >= performance.now() - ATTENTION * this.maxAge) this.look(tenant);
  }

  /** Looks what has changed, in the background; asked meanwhile, once more. */
  private look(tenant: CachedTenant): void {
    tenant.hasNews = true;
    tenant.looking ??= this.lookAround(tenant).finally(() => (tenant.looking = undefined));
  }

  private async lookAround(tenant: CachedTenant): Promise<void> {
    while (tenant.hasNews && !this.isStopping) {
      tenant.hasNews = false;
      const asOf = performance.now();
      const recent = await this.lookout.since(tenant.id, tenant.changes.place).catch(() => undefined); // it is not served, then
      if (!recent) return;
      const changed = tenant.changes.learn(recent, asOf);
      if (changed) this.pass(tenant, changed);
      else tenant.epoch = ++this.epochs;
    }
  }

  private pass(tenant: CachedTenant, changed: readonly Change[]): void {
    for (const { key, version } of changed) this.memory?.hear(`${tenant.id}/${key}`, version);
    if (changed.length > 0) this.shared.drop(changed.map(({ key }) => sharedKey(tenant, key)));
  }
}

/** Who is shown what another has read has been shown as much as that other. */
function shown(sight: Sight, { record, position }: ReadRecord): LiveRecord {
  if (position > sight.position) sight.position = position;
  return record;
}

function sharedKey({ id, changes: { lineage } }: CachedTenant, key: string): string {
  return `${lineage}/${id}/${key}`;
}
