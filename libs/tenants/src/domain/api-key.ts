import { invalid } from '@haven/kernel';
import type { Access, Scope } from '@haven/kernel';

import { DEFAULT_TENANT } from './tenant.js';

/** The settings of a new API key. */
export interface KeySettings {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Null: all collections of the tenant. */
  readonly collections: readonly string[] | null;
  /** Null: never. */
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
  /** To the minute; null while it has not been used. */
  lastUsedAt!: Date | null;
  revokedAt!: Date | null;
  /** When the secret from before the last rotation ceased or will cease to be valid; null if there was no rotation. */
  previousUntil!: Date | null;

  static create(id: string, settings: KeySettings, now: Date): ApiKey {
    const unused = { lastUsedAt: null, revokedAt: null, previousUntil: null };
    return Object.assign(new ApiKey(), { id, ...settings, createdAt: now, ...unused });
  }

  /** Until when the secret from before the last rotation is valid; null if it is not. */
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
