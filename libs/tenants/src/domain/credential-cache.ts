import type { Access } from '@haven/kernel';

import type { TenantState } from './tenant.js';

/** A thing as the database last told of it. */
export interface Cached<Value> {
  readonly value: Value;
  /** Aborted, with an error as its reason, when the thing is no longer what it was. */
  readonly expired: AbortSignal;
}

/** What is known of a key before a tenant is: enough to let somebody in. Times are milliseconds since the epoch. */
export interface CachedKey {
  readonly id: string;
  readonly tenantId: string;
  readonly access: Access;
  readonly hash: Buffer;
  readonly previousHash: Buffer | null;
  readonly previousUntil: number;
  /** Infinity: never. */
  readonly expiresAt: number;
  /** When its use was last noted. */
  usedAt: number;
}

export interface CachedTenant {
  readonly id: string;
  readonly state: TenantState;
}

/** Something found: at once if it is remembered, undefined if there is none. */
export type MaybeAsync<Value> = Cached<Value> | undefined | Promise<Cached<Value> | undefined>;

/** Who may come in. What it has once told it remembers, and it hears within a second when that changes. */
export abstract class CredentialCache {
  /** The key of an id, unless it is revoked. */
  abstract key(id: string): MaybeAsync<CachedKey>;

  /** The key as it is now. */
  abstract reloadKey(id: string): MaybeAsync<CachedKey>;

  /** The tenant of an id or a name. */
  abstract tenant(idOrName: string): MaybeAsync<CachedTenant>;
}
