import type { SearchWhere, Where } from './filter.js';
import type { RequestOptions } from './options.js';
import type { Path, SystemPath } from './paths.js';

/** A period by which date-times are grouped. A week starts on Monday, as in ISO 8601. */
export type Bucket = 'year' | 'quarter' | 'month' | 'week' | 'day' | 'hour';

/** A member by which records are grouped; date-times can be grouped by period. */
export type GroupField<Data> =
  | AggregatePath<Data>
  | {
      path: AggregatePath<Data>;
      bucket?: Bucket;
      /** IANA name of the time zone in which the periods start; UTC by default. */
      timeZone?: string;
      /** Name of the group in `key`. Default: the path. */
      name?: string;
    };

/** A value that is computed over the records of a group. `count` counts records. */
export type ComputedColumn<Data> =
  | 'count'
  /** Counts the records whose member exists and is not null. */
  | { count: AggregatePath<Data> }
  | { sum: AggregatePath<Data> }
  | { avg: AggregatePath<Data> }
  | { min: AggregatePath<Data> }
  | { max: AggregatePath<Data> }
  /** Counts different values. */
  | { distinct: AggregatePath<Data> }
  /** The value below which this fraction (0 to 1) of the numbers are, interpolated. */
  | { percentile: readonly [path: AggregatePath<Data>, fraction: number] };

type AggregatePath<Data> = Path<Data> | SystemPath;

/** Options of `aggregate`. At least one of `groupBy` and `compute` is required. */
export interface AggregateOptions<Data, Groups, Columns> extends RequestOptions {
  /** Conditions that the records must match. Default: all records. */
  where?: SearchWhere<Data>;
  /** Members by which the records are grouped. Without any, all records are one group. */
  groupBy?: Groups;
  /** What is computed for each group, by name. */
  compute?: Columns;
  /** Conditions on the computed values that the groups must match. */
  having?: Where<ComputedValues<Columns>>;
  /** Names of computed values or groups to sort by; `-` for descending order. Default: the key of the group. */
  orderBy?: AggregateOrder<Groups, Columns> | readonly AggregateOrder<Groups, Columns>[];
  /** Number of groups; 100 by default. */
  limit?: number;
  /** Reads the records as they were at this RFC 3339 time or cursor of the change feed. */
  asOf?: string;
}

type AggregateOrder<Groups, Columns> = (keyof GroupKey<unknown, Groups> | keyof Columns) &
  string extends infer Name extends string
  ? Name | `-${Name}`
  : never;

/** The groups of an aggregation. */
export interface Aggregation<Data, Groups, Columns> {
  readonly groups: readonly AggregateGroup<Data, Groups, Columns>[];
  /** Whether there are more groups than `limit`. */
  readonly truncated: boolean;
}

/** The records with equal values of the members by which they are grouped. */
export interface AggregateGroup<Data, Groups, Columns> {
  /** The value of each group by its name; null if the member is missing. */
  readonly key: GroupKey<Data, Groups>;
  readonly values: ComputedValues<Columns>;
  /** How many values were not counted because of their type, by the name of the group or computed value. */
  readonly ignored: Readonly<Record<string, number>>;
}

type GroupKey<Data, Groups> = Groups extends readonly (infer Group)[]
  ? { readonly [Each in Group as GroupName<Each>]: KeyValue<Data, Each> }
  : never;

type GroupName<Group> = Group extends string
  ? Group
  : Group extends { name: infer Name extends string }
    ? Name
    : GroupPath<Group>;

type GroupPath<Group> = Group extends { path: infer GivenPath extends string } ? GivenPath : Group & string;

type KeyValue<Data, Group> = Group extends { bucket: Bucket } ? string | null : MemberAt<Data, GroupPath<Group>>;

type MemberAt<Data, MemberPath> = MemberPath extends '$version'
  ? number
  : MemberPath extends SystemPath
    ? string
    : MemberPath extends keyof Data
      ? NonNullable<Data[MemberPath]> | null
      : unknown;

type ComputedValues<Columns> = { readonly [Name in keyof Columns]: ComputedValue<Columns[Name]> };

type ComputedValue<Column> = Column extends 'count' | { count: unknown } | { distinct: unknown } | { sum: unknown }
  ? number
  : Column extends { avg: unknown } | { percentile: unknown }
    ? number | null
    : number | string | null;
