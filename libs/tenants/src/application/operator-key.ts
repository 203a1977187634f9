import { Access } from '@haven/kernel';
import type { HavenConfig } from '@haven/platform';

import type { Known, KnownKey } from '../domain/directory.js';
import { hashOf, parseKey } from '../domain/key-secret.js';
import { DEFAULT_TENANT } from '../domain/tenant.js';

/** The key that the configuration names, good for everything as long as it is there; the database does not know it. */
export function operatorKey({ auth }: HavenConfig): Known<KnownKey> | undefined {
  const parts = auth.operatorKey === undefined ? undefined : parseKey(auth.operatorKey);
  if (!parts) return undefined;
  const value = {
    id: parts.id,
    tenantId: DEFAULT_TENANT,
    access: Access.full,
    hash: hashOf(parts.secret),
    previousHash: null,
    previousUntil: 0,
    expiresAt: Infinity,
    usedAt: Infinity,
  };
  return { value, over: new AbortController().signal };
}
