import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { UnitOfWork } from '@haven/database';
import { withoutClient } from '@haven/kernel';
import type { Caller } from '@haven/kernel';
import type { TenantTypes } from '@haven/record-types';

import { TypeSourcesRepository } from '../domain/type-sources.js';
import { CoalescedLoads } from './coalesced-loads.js';
import { CurrentTypes } from './current-types.js';

/** Time for which types are used without asking the database whether a collection has changed, in milliseconds. */
const FRESH_MS = 1_000;

/** Maximum length of the schemas of all cached tenants, in bytes. Their types take about eight times as much memory. */
const CAPACITY = 16 * 2 ** 20;

/** Size of a collection without its schema. */
const LEAST_SIZE = 1_000;

interface CachedTypes {
  readonly current: CurrentTypes;
  /** When the database was asked for the last time; null if this process has changed a collection since then. */
  checkedAt: number | null;
}

/**
 * Caches the types of the collections of each tenant. Types are at most a second old, and those of changes that this
 * process made are current.
 */
@Injectable()
export class TenantTypesCache {
  private readonly cache = new LRUCache<string, CachedTypes>({
    maxSize: CAPACITY,
    sizeCalculation: ({ current }) => sizeOf(current),
  });
  private readonly loads = new CoalescedLoads<CurrentTypes>();

  constructor(
    private readonly repository: TypeSourcesRepository,
    private readonly uow: UnitOfWork,
  ) {}

  /** Returns the types of the caller's tenant: those of all its collections, whichever of them the caller may see. */
  async get(caller: Caller): Promise<TenantTypes> {
    const { types } = await this.current(caller);
    return types;
  }

  /** Like `get`, but always asks the database whether a collection has changed. */
  async refresh(caller: Caller): Promise<TenantTypes> {
    if (this.uow.isOpen) return this.get(caller);
    const { types } = await this.loads.start(caller.tenantId, (isCurrent) => this.load(caller, isCurrent));
    return types;
  }

  /**
   * Returns the types with the settings from which they are derived. In an open unit of work, they are those of the
   * collections as it has changed them, and are not cached, because the changes may never be committed.
   */
  async current(caller: Caller): Promise<CurrentTypes> {
    const { tenantId } = caller;
    const known = this.cache.get(tenantId);
    if (this.uow.isOpen) return CurrentTypes.derive(await this.repository.load(caller, known?.current.from));
    if (known && isFresh(known)) return known.current;
    return this.loads.join(tenantId, (isCurrent) => this.load(caller, isCurrent));
  }

  /** Reports that this process has changed a collection of the tenant: the next call asks the database. */
  invalidate(tenantId: string): void {
    this.loads.outdate(tenantId);
    const known = this.cache.peek(tenantId);
    if (known) known.checkedAt = null;
  }

  /** `isCurrent` returns whether no change has been reported since the load started. */
  private async load(caller: Caller, isCurrent: () => boolean): Promise<CurrentTypes> {
    const { tenantId } = caller;
    const shared = withoutClient(caller); // other callers wait for the result too
    const startedAt = performance.now();
    const known = this.cache.get(tenantId);
    const isUnchanged = known && (await this.repository.fingerprint(shared)) === known.current.from.fingerprint;
    const current = isUnchanged
      ? known.current
      : await CurrentTypes.derive(await this.repository.load(shared, known?.current.from));
    this.cache.set(tenantId, { current, checkedAt: isCurrent() ? startedAt : null });
    return current;
  }
}

function isFresh({ checkedAt }: CachedTypes): boolean {
  return checkedAt !== null && performance.now() - checkedAt < FRESH_MS;
}

function sizeOf({ from }: CurrentTypes): number {
  return [...from.sources.values()].reduce((total, { size }) => total + size + LEAST_SIZE, LEAST_SIZE);
}
