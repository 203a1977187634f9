/** Number of buckets for each doubling of a duration. */
const PER_DOUBLING = 4;

/** Shortest and longest duration in milliseconds with a bucket of its own. */
const SHORTEST_MS = 0.125;
const LONGEST_MS = 2 ** 24;

/**
 * Returns the number of the bucket of a duration. The bucket `n` has durations above `2 ** ((n - 1) / 4)` ms, up to
 * `2 ** (n / 4)` ms. The numbers are stored in the database, so their meaning must not change.
 */
export function bucketOf(milliseconds: number): number {
  const bounded = Math.min(Math.max(milliseconds, SHORTEST_MS), LONGEST_MS);
  return Math.ceil(Math.log2(bounded) * PER_DOUBLING);
}

/**
 * Returns the duration in milliseconds that the fraction `quantile` of durations did not exceed, or null if there are
 * none. `counts` has the number of durations by bucket. The geometric mean of the bucket's bounds is returned, so a
 * duration differs from it by at most 9.1 %, unless it is shorter than 0.1 ms or longer than four hours.
 */
export function quantileOf(counts: ReadonlyMap<number, number>, quantile: number): number | null {
  const sorted = [...counts].toSorted(([one], [other]) => one - other);
  const total = sorted.reduce((sum, [, count]) => sum + count, 0);
  let below = 0;
  for (const [bucket, count] of sorted) {
    below += count;
    if (below >= Math.max(1, Math.ceil(quantile * total))) return 2 ** ((bucket - 0.5) / PER_DOUBLING);
  }
  return null;
}
