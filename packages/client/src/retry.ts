import { ConnectionError, HavenError } from './error.js';
import type { RetryOptions } from './options.js';

/** How requests are repeated, with all defaults. */
export interface RetryPolicy extends Required<RetryOptions> {
  /** Returns a number from 0 to 1, as `Math.random` does. */
  random(): number;
}

const DEFAULTS = { retries: 5, minDelay: 200, maxDelay: 10_000 };

/** Statuses after which the same request can succeed. */
const TEMPORARY = new Set([429, 502, 503, 504]);

/** Fills in the defaults. */
export function retryPolicy(options: RetryOptions | false = {}): RetryPolicy {
  const given = options === false ? { retries: 0 } : options;
  return { ...DEFAULTS, ...given, random: Math.random };
}

/**
 * Whether the same request can succeed later. A query that took too long is not repeated, because it would take too
 * long again.
 */
export function isTemporary(error: unknown): boolean {
  if (error instanceof ConnectionError) return true;
  if (!(error instanceof HavenError) || error.code === 'QUERY_TIMEOUT') return false;
  return TEMPORARY.has(error.status) || error.code === 'IDEMPOTENCY_IN_FLIGHT';
}

/**
 * Returns the delay before a repetition in milliseconds, or undefined if the server wants a longer one than
 * `maxDelay`. `failures` counts the failed attempts, from 1. The delay is random, so that clients that failed together
 * do not return together.
 */
export function delayAfter(error: unknown, failures: number, policy: RetryPolicy): number | undefined {
  const backoff = Math.min(policy.maxDelay, policy.minDelay * 2 ** (failures - 1));
  const wanted = error instanceof HavenError ? error.retryAfter : undefined;
  if (wanted === undefined) return backoff * (0.5 + 0.5 * policy.random());
  if (wanted * 1_000 > policy.maxDelay) return undefined;
  return wanted * 1_000 + policy.minDelay * policy.random();
}
