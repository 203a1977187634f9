import type { ApiKeyView } from '../../../api/api-keys.js';

/** Whether a key works. */
export type KeyState = 'active' | 'expiring' | 'expired' | 'revoked';

const WEEK_MS = 7 * 86_400_000;

/** Returns the state of a key; `expiring` within the week before it expires. */
export function keyState({ revokedAt, expiresAt }: ApiKeyView, now: number): KeyState {
  if (revokedAt !== null) return 'revoked';
  if (expiresAt === null) return 'active';
  const left = Date.parse(expiresAt) - now;
  if (left <= 0) return 'expired';
  return left < WEEK_MS ? 'expiring' : 'active';
}
