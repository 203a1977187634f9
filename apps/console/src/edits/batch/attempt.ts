import { HavenError } from 'haven-records';

import { randomHex } from '../../values/hex.js';
import type { Draft } from '../drafts/draft.js';
import { storedValue } from '../drafts/stored-value.js';
import type { Effects } from './operations.js';

/**
 * Drafts that were sent to be applied, and whose result is not known yet. It is stored before they are sent, so that a
 * page that is loaded again can send them again: with the same key, they are executed once.
 */
export interface Attempt {
  idempotencyKey: string;
  drafts: readonly Draft[];
  /** Changes of other records that the deletions cause, as the dry run has reported them. */
  effects: Effects;
}

export const storedAttempt = storedValue<Attempt | null>('attempt', null);

/** Creates a random idempotency key. */
export function newKey(): string {
  return randomHex(16);
}

/** Whether an error says that nothing was changed. After any other one, the same request has to be sent again. */
export function isFinal(error: unknown): boolean {
  if (!(error instanceof HavenError) || error.status >= 500) return false;
  return ![401, 408, 429].includes(error.status) && error.code !== 'IDEMPOTENCY_IN_FLIGHT';
}
