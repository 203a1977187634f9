import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { bucketOf, quantileOf } from './latency-buckets.js';

function countsOf(samples: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const sample of samples) counts.set(bucketOf(sample), (counts.get(bucketOf(sample)) ?? 0) + 1);
  return counts;
}

describe('quantileOf', () => {
  it('returns null without durations', () => {
    expect(quantileOf(new Map(), 0.5)).toBeNull();
  });

  it('returns the quantiles of known samples', () => {
    const samples = Array.from({ length: 1_000 }, (_, index) => index + 1); // 1 ms to 1 s
    const counts = countsOf(samples);
    for (const [quantile, exact] of [
      [0.5, 500],
      [0.95, 950],
      [0.99, 990],
    ] as const) {
      expect(Math.abs((quantileOf(counts, quantile) ?? 0) / exact - 1)).toBeLessThan(0.1);
    }
  });

  it('differs from the exact quantile by less than 10 %', () => {
    const samples = fc.array(fc.double({ min: 0.125, max: 1e7, noNaN: true }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(samples, fc.constantFrom(0.5, 0.95, 0.99), (durations, quantile) => {
        const sorted = durations.toSorted((one, other) => one - other);
        const exact = sorted[Math.max(1, Math.ceil(quantile * sorted.length)) - 1] ?? 0;
        expect(Math.abs((quantileOf(countsOf(durations), quantile) ?? 0) / exact - 1)).toBeLessThan(0.1);
      }),
    );
  });

  it('counts very short and very long durations in the outermost buckets', () => {
    expect(bucketOf(0)).toBe(bucketOf(0.125));
    expect(bucketOf(Infinity)).toBe(bucketOf(1e9));
  });

  it('does not depend on the order of the buckets', () => {
    expect(quantileOf(new Map([[40, 1], [8, 99]]), 0.5)).toBe(2 ** (7.5 / 4)); // prettier-ignore
  });
});
