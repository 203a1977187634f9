import type { Access } from '@haven/kernel';

import type { TenantState } from './tenant.js';

/** A value as it was last read from the database. */
export interface Cached<Value> {
  readonly value: Value;
  /**
   * Signal that aborts when access that was granted because of this value must end. Its reason is the error for the
   * client.
   */
  readonly expired: AbortSignal;
}

/** The members of an API key that authentication needs. Times are milliseconds since the epoch. */
export interface CachedKey {
  readonly id: string;
  readonly tenantId: string;
  readonly access: Access;
  readonly hash: Buffer;
  readonly previousHash: Buffer | null;
  readonly previousUntil: number;
  /** The time when the key expires; Infinity means never. */
  readonly expiresAt: number;
  /** The time of the key's last use that was recorded. */
  usedAt: number;
}

export interface CachedTenant {
  readonly id: string;
  readonly state: TenantState;
}

/**
 * The result of a lookup. It is a promise only if the value is not cached, and undefined if the value does not exist.
 */
export type MaybeAsync<Value> = Cached<Value> | undefined | Promise<Cached<Value> | undefined>;

/** Caches API keys and tenants for authentication. Changes by any process take effect within a second. */
export abstract class CredentialCache {
  /** Returns the key with this id, unless it is revoked. */
  abstract key(id: string): MaybeAsync<CachedKey>;

  /** Returns the key as it is in the database now. */
  abstract reloadKey(id: string): MaybeAsync<CachedKey>;

  /** Returns the tenant with this id or name. */
  abstract tenant(idOrName: string): MaybeAsync<CachedTenant>;
}
