import { COUNT_PREFIXES, quantileOf } from '@haven/observability';

import type { StoredMinute } from '../domain/stats-reader.js';

type CountKind = keyof typeof COUNT_PREFIXES;

/** Quantiles of durations in milliseconds; null if there are none. */
interface Quantiles {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

/** The sum of the counts of several minutes. */
export class ActivitySum {
  private readonly byName = new Map<string, number>();

  constructor(minutes: readonly StoredMinute[]) {
    for (const { counts } of minutes)
      for (const [name, count] of Object.entries(counts)) this.byName.set(name, (this.byName.get(name) ?? 0) + count);
  }

  /** Returns one count, such as the one of the kind `api` with the name `rest`; 0 if nothing was counted. */
  of(kind: CountKind, name: string): number {
    return this.byName.get(`${COUNT_PREFIXES[kind]}${name}`) ?? 0;
  }

  /** Returns the counts of a kind by name. */
  all(kind: CountKind): [name: string, count: number][] {
    const prefix = COUNT_PREFIXES[kind];
    return [...this.byName].flatMap(([name, count]): [string, number][] =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), count]] : [],
    );
  }

  total(kind: CountKind): number {
    return this.all(kind).reduce((sum, [, count]) => sum + count, 0);
  }

  /** Returns quantiles of durations, rounded to microseconds. */
  quantiles(kind: 'latency' | 'lag'): Quantiles {
    const buckets = new Map(this.all(kind).map(([bucket, count]) => [Number(bucket), count]));
    const rounded = (quantile: number): number | null => {
      const found = quantileOf(buckets, quantile);
      return found === null ? null : roundToMicroseconds(found);
    };
    return { p50: rounded(0.5), p95: rounded(0.95), p99: rounded(0.99) };
  }
}

/** Rounds a number of milliseconds. */
export function roundToMicroseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1_000) / 1_000;
}
