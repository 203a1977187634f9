/** Jitter takes up to so much of a delay away or adds it, so that what failed together does not come back together. */
const JITTER = 0.1;

/** Milliseconds from the `failures`-th failure to the next attempt; null: no more. `random` is from 0 to 1. */
export function delayAfter(failures: number, schedule: readonly number[], random = Math.random()): number | null {
  const delay = schedule[failures - 1];
  return delay === undefined ? null : Math.round(delay * (1 - JITTER + 2 * JITTER * random));
}
