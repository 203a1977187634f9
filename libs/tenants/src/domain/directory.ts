import type { Access } from '@haven/kernel';

import type { TenantState } from './tenant.js';

/** A thing as the database last told of it. */
export interface Known<Value> {
  readonly value: Value;
  /** Aborted, with an error as its reason, when the thing is no longer what it was. */
  readonly over: AbortSignal;
}

/** What is known of a key before a tenant is: enough to let somebody in. Times are milliseconds since the epoch. */
export interface KnownKey {
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

export interface KnownTenant {
  readonly id: string;
  readonly state: TenantState;
}

/** Something found: at once if it is remembered, undefined if there is none. */
export type Finding<Value> = Known<Value> | undefined | Promise<Known<Value> | undefined>;

/** Who may come in. What it has once told it remembers, and it hears within a second when that changes. */
export abstract class Directory {
  /** The key of an id, unless it is revoked. */
  abstract key(id: string): Finding<KnownKey>;

  /** The key as it is now. */
  abstract keyAnew(id: string): Finding<KnownKey>;

  /** The tenant of an id or a name. */
  abstract tenant(idOrName: string): Finding<KnownTenant>;
}
