import { invalid } from '@haven/kernel';
import type { Access, Scope } from '@haven/kernel';

import { DEFAULT_TENANT } from './tenant.js';

/** What an API key is made with. */
export interface KeySettings {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Null: all of the tenant's. */
  readonly collections: readonly string[] | null;
  /** Null: never. */
  readonly expiresAt: Date | null;
}

/** An API key as it is kept: everything but its secret. */
export interface ApiKey extends KeySettings {
  readonly id: string;
  readonly createdAt: Date;
  /** To the minute; null while it has not been used. */
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
  /** Until when the secret from before the last rotation is still good. */
  readonly previousUntil: Date | null;
}

/** Fails unless whoever has `access` may give this away: nobody gives more than he has, but an operator. */
export function checkGrant(access: Access, scopes: readonly Scope[], tenantId: string): void {
  for (const [index, scope] of scopes.entries()) {
    const pointer = `/scopes/${index}`;
    if (!access.scopes.has(scope) && !access.scopes.has('operator'))
      throw refuse(pointer, 'is a scope that the caller does not have itself');
    if (scope === 'operator' && tenantId !== DEFAULT_TENANT)
      throw refuse(pointer, "is for keys of the default tenant alone, which is the operators' own");
  }
}

function refuse(pointer: string, detail: string) {
  return invalid('FORBIDDEN', pointer, detail);
}
