import type { HavenConfig } from '@haven/platform';

import type { Result } from '../domain/result.js';
import { delayAfter } from '../domain/schedule.js';
import type { LaneItem } from './lane-item.js';
import type { Verdict } from './ledger.js';
import type { Sent } from './sender.js';

/** What an attempt makes of a change: delivered, to be tried again, or dead. */
export function verdictOf(
  { failures: before }: LaneItem,
  { at, outcome }: Sent,
  result: Result,
  { schedule }: HavenConfig['webhooks'],
): Verdict {
  const { status, error, durationMs, excerpt, retryAfterMs } = outcome;
  const attempt = { at, status, error, durationMs, excerpt };
  if (result === 'delivered') return { state: 'delivered', attempt, failures: before ?? 0, dueAt: null };
  const failures = (before ?? 0) + 1;
  const delay = delayAfter(failures, schedule);
  if (delay === null) return { state: 'dead', attempt, failures, dueAt: null };
  const dueAt = new Date(Date.now() + Math.max(delay, retryAfterMs ?? 0)).toISOString();
  return { state: 'retrying', attempt, failures, dueAt };
}
