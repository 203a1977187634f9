import { Injectable } from '@nestjs/common';

import type { Caller } from '@haven/kernel';
import type { TenantTypes } from '@haven/record-types';

/**
 * Caches the types of the collections of each tenant. Types are at most a second old, and those of changes that this
 * process made are current.
 */
@Injectable()
export class TenantTypesCache {
  /** Returns the types of the caller's tenant: those of all its collections, whichever of them the caller may see. */
  get(caller: Caller): Promise<TenantTypes> {
    return this.refresh(caller);
  }

  /** Like `get`, but always checks whether a collection has changed. */
  async refresh(caller: Caller): Promise<TenantTypes> {
    throw new Error(`The types of the tenant ${caller.tenantId} cannot be derived yet.`);
  }
}
