import type { NumberOperators, SearchWhere, StringOperand } from './filter.js';
import type { RequestOptions } from './options.js';
import type { Path } from './paths.js';
import type { DataOf } from './schema.js';

/** A path by which records are grouped, or of which values are computed: `genre`, `address.city`, `$createdAt`. */
export type AggregatePath<Data> = Path<Data> | '$createdAt' | '$updatedAt' | '$version';

/** A period of time. A week is an ISO week, which starts on Monday. */
export type Bucket = 'year' | 'quarter' | 'month' | 'week' | 'day' | 'hour';

/** A group field: a path, or the period of time in which the value of the path is. */
export type GroupBy<Data> =
  | AggregatePath<Data>
  | {
      readonly path: AggregatePath<Data>;
      readonly bucket?: Bucket;
      /** IANA name of the time zone of the bucket; `UTC` by default. */
      readonly timeZone?: string;
      /** Name in `key`; the path by default. */
      readonly name?: string;
    };

/** A computed column: the number of records, or a function of the values at a path. */
export type Computation<Data> =
  | 'count'
  | { readonly count: AggregatePath<Data> }
  | { readonly sum: AggregatePath<Data> }
  | { readonly avg: AggregatePath<Data> }
  | { readonly min: AggregatePath<Data> }
  | { readonly max: AggregatePath<Data> }
  | { readonly distinct: AggregatePath<Data> }
  | { readonly percentile: readonly [path: AggregatePath<Data>, fraction: number] };

/** An aggregate: groups of records, and values that are computed of each group. */
export interface AggregateOptions<
  Schema,
  Name extends keyof Schema,
  Groups extends readonly GroupBy<DataOf<Schema, Name>>[],
  Columns extends Record<string, Computation<DataOf<Schema, Name>>>,
> extends RequestOptions {
  /** Conditions that the records must match. Default: all records. */
  where?: SearchWhere<DataOf<Schema, Name>>;
  /** Fields whose values the records of a group have in common. Default: all records are one group. */
  groupBy?: Groups;
  /** Computed columns of each group, by the names that they have in the result. */
  compute?: Columns;
  /** Conditions on computed values that the groups must match. */
  having?: Having<keyof Columns & string>;
  /** Names of computed values and keys to sort by; `-` for descending order. Default: by the keys. */
  orderBy?: GroupOrder<Groups, Columns> | readonly GroupOrder<Groups, Columns>[];
  /** Groups to return; 100 by default. */
  limit?: number;
  /** Reads the records as they were at this RFC 3339 time or cursor of the change feed. */
  asOf?: string;
}

/** Conditions on the computed values of a group. */
export type Having<Column extends string> = { [Name in Column]?: ValueCondition } & {
  _and?: readonly Having<Column>[];
  _or?: readonly Having<Column>[];
  _not?: Having<Column>;
};

type ValueCondition = string | number | null | NumberOperators | StringConditions;

interface StringConditions {
  _eq?: string | StringOperand;
  _ne?: string | StringOperand;
  _gt?: string | StringOperand;
  _gte?: string | StringOperand;
  _lt?: string | StringOperand;
  _lte?: string | StringOperand;
  _startsWith?: string;
}

type GroupOrder<Groups extends readonly unknown[], Columns> = Descending<
  (keyof Columns & string) | KeyName<Groups[number]>
>;

type Descending<Name extends string> = Name | `-${Name}`;

/** The result of an aggregate. */
export interface Aggregation<Data, Groups extends readonly unknown[], Columns> {
  readonly groups: readonly {
    /** The value of each path; null if it is missing. That of a bucket is the RFC 3339 date-time of its start. */
    readonly key: { readonly [Item in Groups[number] as KeyName<Item>]: KeyValue<Data, Item> };
    readonly values: { readonly [Name in keyof Columns]: ComputedValue<Data, Columns[Name]> };
    /** How many values a key or a computed value did not use because of their type; absent if it used all. */
    readonly ignored: { readonly [Name in (keyof Columns & string) | KeyName<Groups[number]>]?: number };
  }[];
  /** Whether there are more groups than `limit`. */
  readonly truncated: boolean;
}

type KeyName<Item> = Item extends { name: infer Name extends string }
  ? Name
  : Item extends { path: infer Name extends string }
    ? Name
    : Item & string;

type KeyValue<Data, Item> = Item extends { bucket: Bucket }
  ? string | null
  : Item extends { path: infer At }
    ? ValueAt<Data, At> | null
    : ValueAt<Data, Item> | null;

type ComputedValue<Data, Column> = Column extends
  'count' | { count: unknown } | { sum: unknown } | { distinct: unknown }
  ? number
  : Column extends { min: infer At } | { max: infer At }
    ? Ordered<ValueAt<Data, At>> | null
    : number | null;

/** The least or greatest value is a number or a text. */
type Ordered<Value> = [Value] extends [number | string] ? Value : number | string;

/** The value at a path, without null. It is unknown if a name in the path contains an escaped dot. */
type ValueAt<Data, At> = At extends '$version'
  ? number
  : At extends '$createdAt' | '$updatedAt'
    ? string
    : At extends keyof Data
      ? NonNullable<Data[At]>
      : At extends `${infer Head}.${infer Tail}`
        ? Head extends keyof Data
          ? ValueAt<NonNullable<Data[Head]>, Tail>
          : unknown
        : unknown;
