import type { Caller } from '@haven/kernel';
import type { AggregateQuery, AggregateRow, TimeZone } from '@haven/query';

import type { FieldSelection } from './record-reader.js';

/** Limits on the groups of an aggregate. */
export interface GroupLimits {
  readonly aggregateGroups: number;
  /** Maximum size of the texts of all groups together, in bytes. */
  readonly aggregateBytes: number;
}

/** The part of an aggregate that the database determines. */
export interface GroupMeasures extends Pick<AggregateQuery, 'groupBy' | 'measures'> {
  /** The time zones of the buckets, by name. */
  readonly zones: ReadonlyMap<string, TimeZone>;
}

/** Names of the columns of an `AggregateRow`: `k0`, `k1`, … for the group fields, then `m0`, `m1`, … */
export function columnsOfRow({ groupBy, measures }: Pick<GroupMeasures, 'groupBy' | 'measures'>): string[] {
  return [...groupBy.map((_, place) => `k${place}`), ...measures.map((_, index) => `m${index}`)];
}

/** The groups of an aggregate, and the limit that they exceed, if any. */
export interface MeasuredGroups {
  readonly rows: readonly AggregateRow[];
  readonly exceeded?: keyof GroupLimits;
}

/** Groups the records of a collection of the caller's tenant. A replica can serve it if no moment is given. */
export abstract class RecordAggregates {
  /** Returns all groups in any order; without `groupBy` exactly one. If a limit is exceeded, the groups are missing. */
  abstract measure(
    caller: Caller,
    collectionId: number,
    selection: FieldSelection,
    measures: GroupMeasures,
    limits: GroupLimits,
  ): Promise<MeasuredGroups>;
}
