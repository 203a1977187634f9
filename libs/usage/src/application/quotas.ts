import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { HavenConfig } from '@haven/config';
import { UnitOfWork } from '@haven/database';
import type { Transaction } from '@haven/database';
import type { Caller } from '@haven/kernel';

import { addDeltas, NO_USAGE, PendingUsage } from '../domain/pending-usage.js';
import type { PendingWrite, UsageDelta } from '../domain/pending-usage.js';
import { requireCapacity, limitsOf } from '../domain/quota.js';
import type { Amounts, QuotaStatus } from '../domain/quota.js';
import { UsageReader } from '../domain/usage-reader.js';

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
 * from the database at most once a second, and the writes of this process since then are added, also those under way.
 * The advantage is that writers do not wait for each other. The disadvantage is that a process does not see what other
 * processes have written within about the last second, so a quota can be exceeded by that amount.
 */
@Injectable()
export class Quotas {
  private readonly known = new LRUCache<string, CachedUsage>({ max: MAX_CACHED_TENANTS });
  private readonly refreshing = new Map<string, Promise<CachedUsage>>();
  private readonly pending = new PendingUsage();
  private readonly transactions = new WeakMap<Transaction, PendingWrite>();

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
   * Runs `write`, which adds `delta` to the usage of the tenant unless it throws or returns undefined. Fails with
   * `QUOTA_EXCEEDED` unless the tenant's quotas allow it. Concurrent writes of this process count from the beginning
   * until their transactions end, so they never exceed a quota together.
   */
  async add<T>(caller: Caller, delta: UsageDelta, write: () => Promise<T>): Promise<T> {
    const usage = growing(delta) ? this.usageFor(caller) : undefined;
    const entry = usage instanceof Promise ? await usage : usage;
    if (entry) this.check(entry, caller, delta);
    const transaction = this.ownWrite(caller);
    const own = transaction ?? this.pending.begin(caller.tenantId);
    own.add(delta);
    try {
      const result = await write();
      if (result === undefined) own.subtract(delta);
      if (!transaction) this.count(caller, own.delta);
      return result;
    } catch (error) {
      own.subtract(delta);
      throw error;
    } finally {
      if (!transaction) own.end();
    }
  }

  /**
   * Fails with `QUOTA_EXCEEDED` unless the tenant's quotas allow `delta` more. Returns no promise if the tenant's usage
   * is cached. What the caller writes then counts as soon as it calls `written`.
   */
  requireCapacity(caller: Caller, delta: UsageDelta): void | Promise<void> {
    if (!growing(delta)) return;
    const entry = this.usageFor(caller);
    if (entry instanceof Promise) return entry.then((one) => this.check(one, caller, delta));
    this.check(entry, caller, delta);
  }

  /**
   * Adds the amounts of a write to the cached usage. Must be called after the write if it is part of the open
   * transaction, or after the commit if the write ran in a transaction of its own.
   */
  written(caller: Caller, delta: UsageDelta): void {
    const transaction = this.ownWrite(caller);
    if (transaction) transaction.add(delta);
    else this.count(caller, delta);
  }

  /** Returns the usage and the limits of a tenant. A tenant that does not exist has no usage. */
  async statusOf(caller: Caller, tenantId: string): Promise<QuotaStatus> {
    const usage = await this.reader.read(caller, tenantId);
    return { used: usage?.used ?? NOTHING, limits: limitsOf(this.config.quotas, usage?.own ?? {}) };
  }

  /** Returns the usage, which is at most a second old if the tenant has a quota. */
  private usageFor(caller: Caller): CachedUsage | Promise<CachedUsage> {
    const entry = this.known.get(caller.tenantId);
    if (entry && performance.now() - entry.readAt < MAX_AGE_MS) return entry;
    const fresh = this.refresh(caller);
    if (!entry || this.uow.isOpen || isLimited(entry)) return fresh;
    fresh.catch(() => undefined); // the next write reads the usage again
    return entry;
  }

  /**
   * Reads the usage again. Concurrent calls for a tenant share one read. A call in an open transaction does not take
   * part in that: it reads the usage in its own transaction.
   */
  private refresh(caller: Caller): Promise<CachedUsage> {
    if (this.uow.isOpen) return this.load(caller);
    const running = this.refreshing.get(caller.tenantId);
    if (running) return running;
    const loading = this.load(caller).finally(() => this.refreshing.delete(caller.tenantId));
    this.refreshing.set(caller.tenantId, loading);
    return loading;
  }

  /**
   * Reads and caches the usage. The usage in the database does not include the latest writes if their events have not
   * entered the feed yet. The previous cached usage, including the writes of this process, is therefore kept as `floor`
   * until the next read.
   */
  private async load(caller: Caller): Promise<CachedUsage> {
    const status = await this.statusOf(caller, caller.tenantId);
    const before = this.known.peek(caller.tenantId); // includes what was written in the meantime
    const floor = before ? addDeltas(before.status.used, before.written) : NO_USAGE;
    const entry = { status, readAt: performance.now(), written: NO_USAGE, floor };
    this.known.set(caller.tenantId, entry);
    return entry;
  }

  private check(read: CachedUsage, caller: Caller, delta: UsageDelta): void {
    // While the caller waited, others may have read the usage again, and counted their writes in that entry.
    const {
      status: { used, limits },
      written,
      floor,
    } = this.known.peek(caller.tenantId) ?? read;
    const more = addDeltas(written, this.pending.seenBy(caller.tenantId, this.ownWrite(caller)));
    const records = Math.max(used.records, floor.records) + more.records;
    const bytes = Math.max(used.bytes, floor.bytes) + more.bytes;
    const status = { used: { ...used, records, bytes }, limits };
    requireCapacity(status, 'records', delta.records);
    requireCapacity(status, 'bytes', delta.bytes);
  }

  /**
   * Returns what the open transaction adds, if one is open. The changes of a rehearsal do not count for others, because
   * they are always rolled back.
   */
  private ownWrite(caller: Caller): PendingWrite | undefined {
    if (!this.uow.isOpen) return undefined;
    const transaction = this.uow.current();
    const known = this.transactions.get(transaction);
    if (known) return known;
    const own = (transaction.isRehearsal ? new PendingUsage() : this.pending).begin(caller.tenantId);
    this.transactions.set(transaction, own);
    transaction.afterCommit(() => this.count(caller, own.delta));
    transaction.onEnd(() => own.end());
    return own;
  }

  /** Adds the amounts of a committed write to the cached usage. */
  private count({ tenantId }: Caller, delta: UsageDelta): void {
    const entry = this.known.peek(tenantId);
    if (entry) entry.written = addDeltas(entry.written, delta);
  }
}

const NOTHING: Amounts = { collections: 0, records: 0, bytes: 0, keys: 0, indexes: 0 };

function isLimited({ status: { limits } }: CachedUsage): boolean {
  return limits.records !== Infinity || limits.bytes !== Infinity;
}

function growing({ records, bytes }: UsageDelta): boolean {
  return records > 0 || bytes > 0;
}
