import { invalid } from '@haven/kernel';
import type { Access, Scope } from '@haven/kernel';

import { DEFAULT_TENANT } from './tenant.js';

/** The settings of a new API key. */
export interface KeySettings {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** The collections to which the key gives access; null means all collections of the tenant. */
  readonly collections: readonly string[] | null;
  /** The time when the key expires; null means never. */
  readonly expiresAt: Date | null;
}

/** An API key as it is stored: everything but its secret. */
export class ApiKey {
  id!: string;
  name!: string;
  scopes!: readonly Scope[];
  collections!: readonly string[] | null;
  createdAt!: Date;
  expiresAt!: Date | null;
  /** The time of the last use, to the minute; null if the key has not been used. */
  lastUsedAt!: Date | null;
  revokedAt!: Date | null;
  /** The time until which the secret from before the last rotation is or was valid; null if there was no rotation. */
  previousUntil!: Date | null;

  static create(id: string, settings: KeySettings, now: Date): ApiKey {
    const unused = { lastUsedAt: null, revokedAt: null, previousUntil: null };
    return Object.assign(new ApiKey(), { id, ...settings, createdAt: now, ...unused });
  }

  /**
   * Returns the time until which the secret from before the last rotation is valid, or null if it is no longer valid.
   */
  overlapsUntil(now: Date): Date | null {
    return this.previousUntil && this.previousUntil > now ? this.previousUntil : null;
  }
}

/** Fails unless `access` may grant these scopes: a caller can grant only scopes that it holds. Operators are exempt. */
export function checkGrant(access: Access, scopes: readonly Scope[], tenantId: string): void {
  for (const [index, scope] of scopes.entries()) {
    const pointer = `/scopes/${index}`;
    if (!access.scopes.has(scope) && !access.scopes.has('operator'))
      throw invalidGrant(pointer, 'is a scope that the caller does not hold');
    if (scope === 'operator' && tenantId !== DEFAULT_TENANT)
      throw invalidGrant(pointer, "can be granted only to keys of the default tenant, which is the operators' own");
  }
}

function invalidGrant(pointer: string, detail: string) {
  return invalid('FORBIDDEN', pointer, detail);
}
