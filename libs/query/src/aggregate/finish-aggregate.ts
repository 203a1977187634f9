import { EventLoopTurn, invalid, readJson } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

import { compareCodePoints } from '../code-points.js';
import { matchesFilter } from '../evaluate.js';
import { canonicalJson } from '../fingerprint.js';
import type { QueryRecord } from '../query-record.js';
import { sortKey } from '../sort-key.js';
import type { AggregateQuery, GroupField } from './aggregate-query.js';
import { bucketStart, printInstant } from './bucket-key.js';
import { columnValue, measureKey, readsOf } from './column-value.js';
import type { AggregateRow, Measure } from './measure.js';
import { timeZone, UTC } from './time-zone.js';
import type { TimeZone } from './time-zone.js';

/** A group with the values of its columns. `ignored` has only numbers greater than 0. */
export interface Group {
  readonly key: JsonObject;
  readonly values: JsonObject;
  readonly ignored: JsonObject;
}

/** The groups of an aggregate, and whether there are more than its limit. */
export interface FinishedAggregate {
  readonly groups: readonly Group[];
  readonly truncated: boolean;
}

interface SortableGroup extends Group {
  readonly parts: readonly KeyPart[];
}

/** A value of a key, and the value by which it is sorted. */
interface KeyPart {
  readonly value: JsonValue;
  readonly order: JsonValue;
}

/** Returns the time zones of the buckets of an aggregate, by name. */
export async function timeZonesOf(groupBy: readonly GroupField[]): Promise<ReadonlyMap<string, TimeZone>> {
  const names = groupBy.flatMap(({ bucket }) => bucket?.timeZone ?? []);
  const zones = await Promise.all(names.map(async (name) => [name, await timeZone(name)] as const));
  return new Map(zones);
}

/**
 * Computes the columns of groups that the database has returned, and applies `having`, `sort` and `limit`. Throws
 * `RESULT_OUT_OF_RANGE` if a value is beyond the range of a double.
 */
export async function finishAggregate(
  query: AggregateQuery,
  rows: readonly AggregateRow[],
  zones: ReadonlyMap<string, TimeZone>,
): Promise<FinishedAggregate> {
  const toGroup = groupReader(query, zones);
  const turn = new EventLoopTurn();
  const groups: SortableGroup[] = [];
  for (const row of rows) {
    if (turn.isLong) await turn.pause();
    const group = toGroup(row);
    if (matchesFilter(query.having, recordOf(group))) groups.push(group);
  }
  const sorted = groups.sort(groupOrder(query));
  return {
    groups: sorted.slice(0, query.limit).map(({ key, values, ignored }) => ({ key, values, ignored })),
    truncated: sorted.length > query.limit,
  };
}

/** Returns a function that reads a group from its row. */
function groupReader(
  { groupBy, compute, measures }: AggregateQuery,
  zones: ReadonlyMap<string, TimeZone>,
): (row: AggregateRow) => SortableGroup {
  const places = new Map(measures.map((measure, index) => [measureKey(measure), groupBy.length + index]));
  const placeOf = (measure: Measure): number => places.get(measureKey(measure)) ?? -1;
  const unbucketed = groupBy.map((_, group) => placeOf({ kind: 'unbucketed', group }));
  const columns = compute.map((column) => ({ column, places: readsOf(column).map(placeOf) }));
  return (row) => {
    const parts = groupBy.map((field, index) => keyPart(field, zones, row[index] ?? null));
    const ignored = groupBy.map(({ name }, group): [string, number] => [
      name,
      Number(row[unbucketed[group] ?? -1] ?? 0),
    ]);
    const values = columns.map(({ column, places: ofColumn }): [string, JsonValue] => {
      let reads = 0;
      const computed = columnValue(column, () => row[ofColumn[reads++] ?? -1] ?? null);
      if (typeof computed.value === 'number' && !Number.isFinite(computed.value)) throw outOfRange(column.name);
      ignored.push([column.name, computed.ignored]);
      return [column.name, computed.value];
    });
    return {
      parts,
      key: Object.fromEntries(groupBy.map(({ name }, index) => [name, parts[index]?.value ?? null])),
      values: Object.fromEntries(values),
      ignored: Object.fromEntries(ignored.filter(([, number]) => number > 0)),
    };
  };
}

function keyPart({ bucket }: GroupField, zones: ReadonlyMap<string, TimeZone>, text: string | null): KeyPart {
  if (text === null) return { value: null, order: null };
  if (!bucket) {
    const value = readJson(text);
    return { value, order: value };
  }
  const zone = zones.get(bucket.timeZone) ?? UTC;
  const start = bucketStart(bucket.unit, zone, text);
  return { value: printInstant(zone, start), order: start };
}

function groupOrder({ groupBy, sort }: AggregateQuery): (left: SortableGroup, right: SortableGroup) => number {
  const terms = sort.map(({ name, direction }) => {
    const place = groupBy.findIndex((field) => field.name === name);
    const sign = direction === 'ascending' ? 1 : -1;
    return (left: SortableGroup, right: SortableGroup) =>
      sign *
      (place === -1
        ? compareValues(left.values[name] ?? null, right.values[name] ?? null)
        : comparePlace(left, right, place));
  });
  return (left, right) => {
    for (const compare of terms) {
      const order = compare(left, right);
      if (order !== 0) return order;
    }
    return compareKeys(left, right);
  };
}

function compareKeys(left: SortableGroup, right: SortableGroup): number {
  for (const place of left.parts.keys()) {
    const order = comparePlace(left, right, place);
    if (order !== 0) return order;
  }
  return 0;
}

function comparePlace(left: SortableGroup, right: SortableGroup, place: number): number {
  return compareValues(left.parts[place]?.order ?? null, right.parts[place]?.order ?? null);
}

/** Compares two values as a sort of records does, but strings as a whole, and arrays and objects by their text. */
function compareValues(left: JsonValue, right: JsonValue): number {
  const [leftRank, leftNumber] = sortKey(left);
  const [rightRank, rightNumber] = sortKey(right);
  if (leftRank !== rightRank) return leftRank - rightRank;
  if (leftNumber !== rightNumber) return leftNumber < rightNumber ? -1 : 1;
  if (typeof left === 'string' && typeof right === 'string') return compareCodePoints(left, right);
  const isScalar = typeof left !== 'object' || left === null;
  return isScalar ? 0 : compareCodePoints(canonicalJson(left), canonicalJson(right));
}

/** Returns a record that has the values of a group as its data, for the evaluation of `having`. */
function recordOf({ values }: Group): QueryRecord {
  return { id: '', version: 1, createdAt: '', updatedAt: '', data: values };
}

function outOfRange(name: string) {
  return invalid(
    'RESULT_OUT_OF_RANGE',
    `/compute/${name}`,
    `is beyond the range of a double, ±${Number.MAX_VALUE}, in one of the groups`,
  );
}
