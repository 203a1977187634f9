import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { HavenConfig } from '@haven/config';
import { UnitOfWork } from '@haven/database';
import type { Caller } from '@haven/kernel';

import { demandRoom, limitsOf } from '../domain/quota.js';
import type { Amounts, QuotaStatus } from '../domain/quota.js';
import { UsageReader } from '../domain/usage-reader.js';

/** What a change of records adds to what the tenant has. */
export interface UsageDelta {
  readonly records: number;
  readonly bytes: number;
}

/** What is remembered of a tenant that writes. */
interface CachedUsage {
  readonly status: QuotaStatus;
  readonly readAt: number;
  /** What this process has written since. */
  written: UsageDelta;
  /** What there was by its account when it was read. */
  readonly floor: UsageDelta;
}

const FRESH_MS = 1_000;
const MOST = 10_000;

/**
 * Holds tenants to their quotas. Collections and keys are counted exactly. Records and bytes are as the database knew them
 * within the last second, and what this process has written since: nobody waits for anybody to count, and a quota may be
 * passed by what others write within about a second.
 */
@Injectable()
export class Quotas {
  private readonly known = new LRUCache<string, CachedUsage>({ max: MOST });
  private readonly refreshing = new Map<string, Promise<CachedUsage>>();
  private readonly pending = new WeakMap<object, UsageDelta>();

  constructor(
    private readonly reader: UsageReader,
    private readonly uow: UnitOfWork,
    private readonly config: HavenConfig,
  ) {}

  /** In the open transaction: `QUOTA_EXCEEDED` unless the tenant may have one more, which nobody else makes meanwhile. */
  async demandOne(caller: Caller, tenantId: string, name: 'collections' | 'keys'): Promise<void> {
    await this.reader.hold(caller, tenantId, name);
    demandRoom(await this.standing(caller, tenantId), name, 1);
  }

  /** `QUOTA_EXCEEDED` unless the tenant may have so much more; without waiting, if its usage is known. */
  demandRoom(caller: Caller, delta: UsageDelta): void | Promise<void> {
    if (delta.records <= 0 && delta.bytes <= 0) return;
    const entry = this.known.get(caller.tenantId);
    if (entry && performance.now() - entry.readAt < FRESH_MS) return this.demandBoth(entry, delta);
    const fresh = this.refresh(caller, entry);
    if (!entry || this.uow.isOpen || isLimited(entry)) return fresh.then((one) => this.demandBoth(one, delta));
    fresh.catch(() => undefined); // whoever writes next asks again
  }

  /** So much was written, by the transaction that is open or by one that is over. */
  written({ tenantId }: Caller, delta: UsageDelta): void {
    const open = this.open;
    if (open) this.pending.set(open, addDeltas(this.pending.get(open) ?? NOTHING, delta));
    this.uow.afterCommit(() => {
      const entry = this.known.peek(tenantId);
      if (entry) entry.written = addDeltas(entry.written, delta);
    });
  }

  /** What a tenant has and may have; of one that there is not, as if it had nothing. */
  async standing(caller: Caller, tenantId: string): Promise<QuotaStatus> {
    const usage = await this.reader.read(caller, tenantId);
    return { used: usage?.used ?? NOTHING, limits: limitsOf(this.config.quotas, usage?.own ?? {}) };
  }

  /** One at a time for a tenant, but for those that read within their own transaction. */
  private refresh(caller: Caller, before: CachedUsage | undefined): Promise<CachedUsage> {
    if (this.uow.isOpen) return this.load(caller, before);
    const running = this.refreshing.get(caller.tenantId);
    if (running) return running;
    const loading = this.load(caller, before).finally(() => this.refreshing.delete(caller.tenantId));
    this.refreshing.set(caller.tenantId, loading);
    return loading;
  }

  /** What was written last may not have its place in the feed yet: what was known before is believed once more, if it is more. */
  private async load(caller: Caller, before: CachedUsage | undefined): Promise<CachedUsage> {
    const status = await this.standing(caller, caller.tenantId);
    const floor = before ? addDeltas(before.status.used, before.written) : NOTHING;
    const entry = { status, readAt: performance.now(), written: NOTHING, floor };
    this.known.set(caller.tenantId, entry);
    return entry;
  }

  private demandBoth({ status: { used, limits }, written, floor }: CachedUsage, delta: UsageDelta): void {
    const pending = addDeltas(written, (this.open && this.pending.get(this.open)) ?? NOTHING);
    const records = Math.max(used.records, floor.records) + pending.records;
    const bytes = Math.max(used.bytes, floor.bytes) + pending.bytes;
    const standing = { used: { ...used, records, bytes }, limits };
    demandRoom(standing, 'records', delta.records);
    demandRoom(standing, 'bytes', delta.bytes);
  }

  private get open(): object | undefined {
    return this.uow.isOpen ? this.uow.current() : undefined;
  }
}

const NOTHING: Amounts = { collections: 0, records: 0, bytes: 0, keys: 0 };

function isLimited({ status: { limits } }: CachedUsage): boolean {
  return limits.records !== Infinity || limits.bytes !== Infinity;
}

function addDeltas(one: UsageDelta, other: UsageDelta): UsageDelta {
  return { records: one.records + other.records, bytes: one.bytes + other.bytes };
}
