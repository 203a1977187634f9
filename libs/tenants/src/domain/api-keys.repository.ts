import type { ApiKey } from './api-key.js';

/** Where API keys are kept, each within its tenant. The tenant is named because operators see to the keys of others. */
export abstract class ApiKeysRepository {
  abstract add(tenantId: string, key: ApiKey, hash: Buffer): Promise<void>;

  abstract find(tenantId: string, id: string): Promise<ApiKey | null>;

  /** Up to `limit` keys made after a key, oldest first. */
  abstract list(tenantId: string, after: KeyPlace, limit: number): Promise<ApiKey[]>;

  /** How many there are; with `live`, that are not revoked. */
  abstract count(tenantId: string, live?: 'live'): Promise<number>;

  /** Answers whether it was not revoked before. */
  abstract revoke(tenantId: string, id: string): Promise<boolean>;

  /** Gives a key that is not revoked another secret, the one before stays good until a time; null if there is no such key. */
  abstract rotate(tenantId: string, id: string, hash: Buffer, until: Date): Promise<ApiKey | null>;
}

/** Where a key stands in the list. */
export interface KeyPlace {
  readonly createdAt: string;
  readonly id: string;
}
