import { fixed, table } from './markdown.ts';
import { nameOf } from './request-tables.ts';

/** The profile of an operation on a server. */
export interface ServerProfile {
  /** CPU in milliseconds per request, including the profiler. */
  perRequest: number;
  /** Shares of the time of the process, by bucket. */
  shares: Record<string, number>;
  /** Promises that the process creates per request. */
  promises: number;
}

/** The profiles of an operation on Haven and on `plain`. */
export interface ProfileResult {
  /** Such as `list`, or `graphql:list`. */
  operation: string;
  haven: ServerProfile;
  plain: ServerProfile;
}

/** Number of buckets that the table of all operations shows of each, and number of differences. */
const [SHOWN, DIFFERENCES] = [9, 4];

/** Returns the CPU and the promises of each operation, and the buckets with the most CPU. */
export function profileTable(profiles: readonly ProfileResult[]): string {
  const rows = profiles.map(({ operation, haven, plain }) => {
    const plains = microsecondsOf(plain);
    const shown = sorted(microsecondsOf(haven)).slice(0, SHOWN);
    return [
      profiledName(operation),
      ...[haven, plain].map(({ perRequest }) => fixed(perRequest, 3)),
      ...[haven, plain].map(({ promises }) => fixed(promises, 0)),
      shown.map(([bucket, time]) => `${bucket} ${fixed(time, 0)} (${fixed(plains.get(bucket) ?? 0, 0)})`).join(', '),
    ];
  });
  const buckets = 'µs by bucket (those of plain)';
  return table(['', 'CPU ms, profiled', 'plain', 'promises', 'plain', buckets], rows);
}

/** Returns the buckets of the named operations for which Haven needs most more CPU than `plain`. */
export function largestDifferences(profiles: readonly ProfileResult[], names: readonly string[]): string {
  const rows = profiles
    .filter(({ operation }) => names.includes(profiledName(operation)))
    .map(({ operation, haven, plain }) => {
      const plains = microsecondsOf(plain);
      const more = [...microsecondsOf(haven)].map(
        ([bucket, time]) => [bucket, time - (plains.get(bucket) ?? 0)] as const,
      );
      const largest = sorted(more).slice(0, DIFFERENCES);
      const total = (haven.perRequest - plain.perRequest) * 1_000;
      return [
        profiledName(operation),
        fixed(total, 0),
        largest.map(([bucket, time]) => `${bucket} ${fixed(time, 0)}`).join(', '),
      ];
    });
  return table(['', 'µs more than plain', 'of which, µs'], rows);
}

/** Returns the microseconds of CPU per request by bucket. */
function microsecondsOf({ perRequest, shares }: ServerProfile): Map<string, number> {
  return new Map(Object.entries(shares).map(([bucket, share]) => [bucket, share * perRequest * 1_000]));
}

/** Sorts buckets, those with the most CPU first. */
function sorted(buckets: Iterable<readonly [bucket: string, time: number]>): (readonly [string, number])[] {
  return [...buckets].sort(([, one], [, other]) => other - one);
}

/** Returns the name of a profiled operation such as `graphql:list`, as the tables of requests show it. */
function profiledName(profiled: string): string {
  const operation = profiled.replace('graphql:', '');
  return nameOf({ api: operation === profiled ? 'rest' : 'graphql', operation });
}
