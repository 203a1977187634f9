import type { HavenConfig } from '@haven/config';

import type { AttemptResult } from '../domain/attempt-result.js';
import type { QueuedMessage } from './queued-message.js';
import type { AttemptOutcome } from './delivery-recorder.js';
import type { SentAttempt } from './message-sender.js';

/**
 * Maximum fraction by which a delay is lengthened or shortened, so that messages that failed together are spread out.
 */
const JITTER = 0.1;

/** Returns the milliseconds from the `failures`-th failure to the next attempt; null if there are no more attempts. */
function delayAfter(failures: number, schedule: readonly number[], random = Math.random()): number | null {
  const delay = schedule[failures - 1];
  return delay === undefined ? null : Math.round(delay * (1 - JITTER + 2 * JITTER * random));
}

/** Decides the next state of a message after an attempt: `delivered`, `retrying` or `dead`. */
export function decideOutcome(
  { failures: before }: QueuedMessage,
  { at, response }: SentAttempt,
  result: AttemptResult,
  { schedule }: HavenConfig['webhooks'],
): AttemptOutcome {
  const { status, error, durationMs, excerpt, retryAfterMs } = response;
  const attempt = { at, status, error, durationMs, excerpt };
  if (result === 'delivered') return { state: 'delivered', attempt, failures: before ?? 0, dueAt: null };
  const failures = (before ?? 0) + 1;
  const delay = delayAfter(failures, schedule);
  if (delay === null) return { state: 'dead', attempt, failures, dueAt: null };
  const dueAt = new Date(Date.now() + Math.max(delay, retryAfterMs ?? 0)).toISOString();
  return { state: 'retrying', attempt, failures, dueAt };
}
