import type { Data } from '../../api/types.js';
import { isObject } from '../../values/diff.js';
import { jsonOf } from '../../values/parse-json.js';

export const BUCKETS = ['year', 'quarter', 'month', 'week', 'day', 'hour'] as const;
export const FUNCTIONS = ['count', 'sum', 'avg', 'min', 'max', 'distinct', 'percentile'] as const;
export const COMPARISONS = ['_gt', '_gte', '_lt', '_lte', '_eq', '_ne'] as const;

export type Bucket = (typeof BUCKETS)[number];
export type AggregateFunction = (typeof FUNCTIONS)[number];
export type Comparison = (typeof COMPARISONS)[number];
export type ChartType = 'bars' | 'lines';

/** A field by which records are grouped. */
export interface GroupField {
  path: string;
  bucket: Bucket | null;
  /** IANA name of the time zone of the bucket. */
  timeZone: string;
}

/** A value that is computed of each group. */
export interface ComputedColumn {
  fn: AggregateFunction;
  /** Empty for the number of records. */
  path: string;
  /** Of a percentile; 0.5 is the median. */
  fraction: number;
}

/** A condition on a computed value. */
export interface HavingCondition {
  /** Index of the computed column. */
  column: number;
  comparison: Comparison;
  value: string;
}

/** An aggregate as the user writes it. It is a part of the URL. */
export interface Ask {
  collection: string;
  filter: Data;
  asOf: string | null;
  groups: readonly GroupField[];
  columns: readonly ComputedColumn[];
  having: readonly HavingCondition[];
  /** `value 0` sorts by the first computed column, `-` descending; empty sorts by the keys. */
  sort: string;
  /** 0 while the user has not entered one; `readAsk` then returns the default. */
  limit: number;
  chart: ChartType;
}

const LIMIT = 100;
const COUNT: ComputedColumn = { fn: 'count', path: '', fraction: 0.5 };

/** Reads an aggregate from the parameters of a URL. What is not valid is left out. */
export function readAsk(params: URLSearchParams): Ask {
  const filter = jsonOf(params.get('filter') ?? '');
  const written = jsonOf(params.get('ask') ?? '');
  const ask = isObject(written) ? written : {};
  const columns = listOf(ask.columns, readColumn);
  return {
    collection: params.get('collection') ?? '',
    filter: isObject(filter) ? filter : {},
    asOf: params.get('asOf'),
    groups: listOf(ask.groups, readGroup),
    columns: columns.length > 0 ? columns : [COUNT],
    having: listOf(ask.having, readHaving),
    sort: typeof ask.sort === 'string' ? ask.sort : '',
    limit: typeof ask.limit === 'number' && ask.limit > 0 ? Math.floor(ask.limit) : LIMIT,
    chart: ask.chart === 'lines' ? 'lines' : 'bars',
  };
}

export function writeAsk({ collection, filter, asOf, ...ask }: Ask): URLSearchParams {
  const params = new URLSearchParams({ collection });
  if (Object.keys(filter).length > 0) params.set('filter', JSON.stringify(filter));
  if (asOf !== null) params.set('asOf', asOf);
  params.set('ask', JSON.stringify(ask));
  return params;
}

/** Returns the aggregate without a computed column, and without the conditions and the order that use it. */
export function withoutColumn(ask: Ask, index: number): Ask {
  return {
    ...ask,
    columns: ask.columns.filter((_, other) => other !== index),
    having: ask.having
      .filter(({ column }) => column !== index)
      .map((condition) => ({ ...condition, column: condition.column - (condition.column > index ? 1 : 0) })),
    sort: orderWithout(ask.sort, 'value', index),
  };
}

/** Returns the aggregate without a group field, and without the order that uses it. */
export function withoutGroup(ask: Ask, index: number): Ask {
  const groups = ask.groups.filter((_, other) => other !== index);
  return { ...ask, groups, sort: orderWithout(ask.sort, 'key', index) };
}

/** The order of the groups: by a group field (`key`) or by a computed column (`value`). */
interface Order {
  sign: '' | '-';
  kind: 'key' | 'value';
  index: number;
}

/** Reads `Ask.sort`; null if the groups are in the order of their keys. */
export function readOrder(sort: string): Order | null {
  const [, sign, kind, index] = /^(-?)(key|value) (\d+)$/.exec(sort) ?? [];
  if (index === undefined) return null;
  return { sign: sign === '-' ? '-' : '', kind: kind === 'key' ? 'key' : 'value', index: Number(index) };
}

function orderWithout(sort: string, kind: Order['kind'], index: number): string {
  const order = readOrder(sort);
  if (!order || order.kind !== kind || order.index < index) return sort;
  return order.index === index ? '' : `${order.sign}${kind} ${order.index - 1}`;
}

function listOf<Item>(value: unknown, read: (item: Data) => Item | null): Item[] {
  const list: unknown[] = Array.isArray(value) ? value : [];
  return list.flatMap((item) => {
    const found = isObject(item) ? read(item) : null;
    return found === null ? [] : [found];
  });
}

function readGroup({ path, bucket, timeZone }: Data): GroupField | null {
  if (typeof path !== 'string') return null;
  return {
    path,
    bucket: BUCKETS.find((known) => known === bucket) ?? null,
    timeZone: typeof timeZone === 'string' ? timeZone : 'UTC',
  };
}

function readColumn({ fn, path, fraction }: Data): ComputedColumn | null {
  const found = FUNCTIONS.find((known) => known === fn);
  if (!found) return null;
  return {
    fn: found,
    path: typeof path === 'string' ? path : '',
    fraction: typeof fraction === 'number' ? fraction : 0.5,
  };
}

function readHaving({ column, comparison, value }: Data): HavingCondition | null {
  const found = COMPARISONS.find((known) => known === comparison);
  return found && typeof column === 'number' && typeof value === 'string' ? { column, comparison: found, value } : null;
}
