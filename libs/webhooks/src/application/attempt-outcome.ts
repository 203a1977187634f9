import type { HavenConfig } from '@haven/config';

import type { AttemptResult } from '../domain/attempt-result.js';
import type { QueuedMessage } from './queued-message.js';
import type { AttemptOutcome } from './delivery-recorder.js';
import type { SentAttempt } from './message-sender.js';

/** Jitter takes up to so much of a delay away or adds it, so that what failed together does not come back together. */
const JITTER = 0.1;

/** Milliseconds from the `failures`-th failure to the next attempt; null: no more. `random` is from 0 to 1. */
function delayAfter(failures: number, schedule: readonly number[], random = Math.random()): number | null {
  const delay = schedule[failures - 1];
  return delay === undefined ? null : Math.round(delay * (1 - JITTER + 2 * JITTER * random));
}

/** What an attempt makes of a change: delivered, to be tried again, or dead. */
export function decideOutcome(
  { failures: before }: QueuedMessage,
  { at, response: outcome }: SentAttempt,
  result: AttemptResult,
  { schedule }: HavenConfig['webhooks'],
): AttemptOutcome {
  const { status, error, durationMs, excerpt, retryAfterMs } = outcome;
  const attempt = { at, status, error, durationMs, excerpt };
  if (result === 'delivered') return { state: 'delivered', attempt, failures: before ?? 0, dueAt: null };
  const failures = (before ?? 0) + 1;
  const delay = delayAfter(failures, schedule);
  if (delay === null) return { state: 'dead', attempt, failures, dueAt: null };
  const dueAt = new Date(Date.now() + Math.max(delay, retryAfterMs ?? 0)).toISOString();
  return { state: 'retrying', attempt, failures, dueAt };
}
