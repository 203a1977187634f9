import { fixed, table } from './markdown.ts';
import { nameOf } from './request-tables.ts';

/** CPU of an operation in milliseconds per request, and shares of the time of the process, by bucket. */
export interface ProfileResult {
  /** Such as `list`, or `graphql:list`. */
  operation: string;
  perRequest: number;
  shares: Record<string, number>;
}

/** Number of buckets that the table of all operations shows of each, and that of some operations. */
const [SHOWN, LARGEST] = [9, 3];

/** Returns the CPU of each operation, and the buckets with the largest shares of the time. */
export function profileTable(profiles: readonly ProfileResult[]): string {
  const rows = profiles.map(({ operation, perRequest, shares }) => {
    const shown = sorted(shares).slice(0, SHOWN).map(shareText);
    return [profiledName(operation), fixed(perRequest, 3), shown.join(', ')];
  });
  return table(['', 'CPU ms, profiled', 'share of the time'], rows);
}

/** Returns the three largest buckets of the named operations. The bucket `other` is left out: it explains nothing. */
export function largestBuckets(profiles: readonly ProfileResult[], names: readonly string[]): string {
  const rows = profiles
    .filter(({ operation }) => names.includes(profiledName(operation)))
    .map(({ operation, shares }) => {
      const named = sorted(shares).filter(([bucket]) => bucket !== 'other');
      return [profiledName(operation), ...named.slice(0, LARGEST).map(shareText)];
    });
  return table(['', 'largest bucket', 'second', 'third'], rows);
}

function sorted(shares: ProfileResult['shares']): [bucket: string, share: number][] {
  return Object.entries(shares).sort(([, one], [, other]) => other - one);
}

function shareText([bucket, share]: [bucket: string, share: number]): string {
  return `${bucket} ${fixed(share * 100, 0)} %`;
}

/** Returns the name of a profiled operation such as `graphql:list`, as the tables of requests show it. */
function profiledName(profiled: string): string {
  const operation = profiled.replace('graphql:', '');
  return nameOf({ api: operation === profiled ? 'rest' : 'graphql', operation });
}
