import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { HavenConfig } from '@haven/config';
import { UnitOfWork } from '@haven/database';
import type { Caller } from '@haven/kernel';

import { requireCapacity, limitsOf } from '../domain/quota.js';
import type { Amounts, QuotaStatus } from '../domain/quota.js';
import { UsageReader } from '../domain/usage-reader.js';

/** The amounts that changes to records add to the usage of their tenant. */
export interface UsageDelta {
  readonly records: number;
  readonly bytes: number;
}

/** The cached usage of a tenant whose records this process writes. */
interface CachedUsage {
  readonly status: QuotaStatus;
  readonly readAt: number;
  /** Amounts that this process has committed since `readAt`. */
  written: UsageDelta;
  /**
   * The usage that this process expected when it read `status`. If it is higher than the usage in `status`, it applies
   * instead; `load` explains why.
   */
  readonly floor: UsageDelta;
}

const MAX_AGE_MS = 1_000;
const MAX_CACHED_TENANTS = 10_000;

/**
 * Enforces the quotas of tenants. Collections and keys are counted exactly. For records and bytes, the usage is read
 * from the database at most once a second, and the writes of this process since then are added. The advantage is that
 * writers do not wait for each other. The disadvantage is that a process does not see what other processes have written
 * within about the last second, so a quota can be exceeded by that amount.
 */
@Injectable()
export class Quotas {
  private readonly known = new LRUCache<string, CachedUsage>({ max: MAX_CACHED_TENANTS });
  private readonly refreshing = new Map<string, Promise<CachedUsage>>();
  private readonly pending = new WeakMap<object, UsageDelta>();

  constructor(
    private readonly reader: UsageReader,
    private readonly uow: UnitOfWork,
    private readonly config: HavenConfig,
  ) {}

  /**
   * Fails with `QUOTA_EXCEEDED` unless the tenant may have one more collection or API key. Other transactions that are
   * about to create one in this tenant wait until the open transaction ends, so that the count stays exact.
   */
  async requireOneMore(caller: Caller, tenantId: string, name: 'collections' | 'keys'): Promise<void> {
    await this.reader.lockQuota(caller, tenantId, name);
    requireCapacity(await this.statusOf(caller, tenantId), name, 1);
  }

  /**
   * Fails with `QUOTA_EXCEEDED` unless the tenant's collections may declare `more` further indexes. Blocks others like
   * `requireOneMore`.
   */
  async requireMoreIndexes(caller: Caller, more: number): Promise<void> {
    if (more <= 0) return;
    await this.reader.lockQuota(caller, caller.tenantId, 'indexes');
    requireCapacity(await this.statusOf(caller, caller.tenantId), 'indexes', more);
  }

  /**
   * Fails with `QUOTA_EXCEEDED` unless the tenant's quotas allow `delta` more. Returns no promise if the tenant's usage
   * is cached.
   */
  requireCapacity(caller: Caller, delta: UsageDelta): void | Promise<void> {
    if (delta.records <= 0 && delta.bytes <= 0) return;
    const entry = this.known.get(caller.tenantId);
    if (entry && performance.now() - entry.readAt < MAX_AGE_MS) return this.checkBoth(entry, delta);
    const fresh = this.refresh(caller, entry);
    if (!entry || this.uow.isOpen || isLimited(entry)) return fresh.then((one) => this.checkBoth(one, delta));
    fresh.catch(() => undefined); // the next write reads the usage again
  }

  /**
   * Adds the amounts of a write to the cached usage. Must be called after the write if it is part of the open
   * transaction, or after the commit if the write ran in a transaction of its own.
   */
  written({ tenantId }: Caller, delta: UsageDelta): void {
    const open = this.open;
    if (open) this.pending.set(open, addDeltas(this.pending.get(open) ?? NOTHING, delta));
    this.uow.afterCommit(() => {
      const entry = this.known.peek(tenantId);
      if (entry) entry.written = addDeltas(entry.written, delta);
    });
  }

  /** Returns the usage and the limits of a tenant. A tenant that does not exist has no usage. */
  async statusOf(caller: Caller, tenantId: string): Promise<QuotaStatus> {
    const usage = await this.reader.read(caller, tenantId);
    return { used: usage?.used ?? NOTHING, limits: limitsOf(this.config.quotas, usage?.own ?? {}) };
  }

  /**
   * Reads the usage again. Concurrent calls for a tenant share one read. A call in an open transaction does not take
   * part in that: it reads the usage in its own transaction.
   */
  private refresh(caller: Caller, before: CachedUsage | undefined): Promise<CachedUsage> {
    if (this.uow.isOpen) return this.load(caller, before);
    const running = this.refreshing.get(caller.tenantId);
    if (running) return running;
    const loading = this.load(caller, before).finally(() => this.refreshing.delete(caller.tenantId));
    this.refreshing.set(caller.tenantId, loading);
    return loading;
  }

  /**
   * Reads and caches the usage. The usage in the database does not include the latest writes if their events have not
   * entered the feed yet. The previous cached usage, including the writes of this process, is therefore kept as `floor`
   * until the next read.
   */
  private async load(caller: Caller, before: CachedUsage | undefined): Promise<CachedUsage> {
    const status = await this.statusOf(caller, caller.tenantId);
    const floor = before ? addDeltas(before.status.used, before.written) : NOTHING;
    const entry = { status, readAt: performance.now(), written: NOTHING, floor };
    this.known.set(caller.tenantId, entry);
    return entry;
  }

  private checkBoth({ status: { used, limits }, written, floor }: CachedUsage, delta: UsageDelta): void {
    const pending = addDeltas(written, (this.open && this.pending.get(this.open)) ?? NOTHING);
    const records = Math.max(used.records, floor.records) + pending.records;
    const bytes = Math.max(used.bytes, floor.bytes) + pending.bytes;
    const status = { used: { ...used, records, bytes }, limits };
    requireCapacity(status, 'records', delta.records);
    requireCapacity(status, 'bytes', delta.bytes);
  }

  private get open(): object | undefined {
    return this.uow.isOpen ? this.uow.current() : undefined;
  }
}

const NOTHING: Amounts = { collections: 0, records: 0, bytes: 0, keys: 0, indexes: 0 };

function isLimited({ status: { limits } }: CachedUsage): boolean {
  return limits.records !== Infinity || limits.bytes !== Infinity;
}

function addDeltas(one: UsageDelta, other: UsageDelta): UsageDelta {
  return { records: one.records + other.records, bytes: one.bytes + other.bytes };
}
