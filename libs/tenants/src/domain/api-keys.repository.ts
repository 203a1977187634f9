import type { KeysetRange } from '@haven/kernel';

import type { ApiKey } from './api-key.js';

/** Stores API keys, each within its tenant. The tenant is a parameter because operators manage keys of all tenants. */
export abstract class ApiKeysRepository {
  abstract add(tenantId: string, key: ApiKey, hash: Buffer): Promise<void>;

  abstract find(tenantId: string, id: string): Promise<ApiKey | null>;

  /** Returns a range of the keys, oldest first. */
  abstract list(tenantId: string, range: KeysetRange<KeyPlace>): Promise<ApiKey[]>;

  /** Counts the keys of a tenant; with `live`, only those that are neither revoked nor expired. */
  abstract count(tenantId: string, live?: 'live'): Promise<number>;

  /** Revokes a key. Returns false if there is no such key or it has been revoked already. */
  abstract revoke(tenantId: string, id: string): Promise<boolean>;

  /**
   * Gives a key a new secret; the previous one stays valid until the time `until`. Returns null if there is no such key
   * or it is revoked.
   */
  abstract rotate(tenantId: string, id: string, hash: Buffer, until: Date): Promise<ApiKey | null>;
}

/** Position of a key in the list, which is sorted by creation time and id. */
export interface KeyPlace {
  readonly createdAt: string;
  readonly id: string;
}
