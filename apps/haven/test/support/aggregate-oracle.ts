import { isJsonObject } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';
import { matchesFilter, parseFilter } from '@haven/query';

import { ZonedPeriods } from './zoned-periods.js';

/** A record as it was at some moment. */
export interface OracleRecord {
  readonly id: string;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly data: JsonObject;
}

/** An aggregate that the oracle computes. Paths have no escapes. */
export interface OracleQuery {
  readonly filter?: JsonValue;
  readonly groupBy?: readonly OracleGroup[];
  readonly compute?: JsonObject;
  readonly having?: JsonValue;
  readonly sort?: readonly string[];
  readonly limit?: number;
}

export interface OracleGroup {
  readonly path: string;
  readonly name: string;
  readonly bucket?: string;
  readonly timeZone?: string;
}

interface Group {
  readonly key: JsonObject;
  readonly values: JsonObject;
  readonly ignored: JsonObject;
  /** The values that the group is sorted by, by name. */
  readonly order: Readonly<Record<string, JsonValue>>;
}

const limits = { filterDepth: 10, filterOperators: 100, inLength: 500, patternLength: 256, sortFields: 5 };
const periods = new ZonedPeriods();

/**
 * Computes an aggregate in memory, from its definition: sums are whole numbers of the smallest decimal place, quotients
 * are written out to more digits than any double has, and periods are searched for in the runtime's calendar. It shares
 * only the evaluation of filters with Haven. Returns the code of the error if a value is out of range.
 */
export function aggregateByOracle(records: readonly OracleRecord[], query: OracleQuery): JsonValue {
  const { groupBy = [], compute = {}, sort = [], limit = 100 } = query;
  const members = new Map<string, { parts: KeyPart[]; record: OracleRecord }[]>(groupBy.length === 0 ? [['', []]] : []);
  const filter = parseFilter(query.filter ?? {}, limits);
  for (const record of records) {
    if (!matchesFilter(filter, record)) continue;
    const parts = groupBy.map((group) => keyPart(record, group));
    const name = parts.map(({ value }) => canonical(value)).join();
    members.set(name, [...(members.get(name) ?? []), { parts, record }]);
  }
  const groups = [...members.values()].map((list): Group => {
    const parts = groupBy.map(({ name }, place) => ({
      name,
      value: list[0]?.parts[place]?.value ?? null,
      order: list[0]?.parts[place]?.order ?? null,
      ignored: list.filter(({ parts: own }) => own[place]?.isIgnored).length,
    }));
    const columns = Object.entries(compute).map(([name, computation]) => ({
      name,
      ...columnOf(
        computation,
        list.map(({ record }) => record),
      ),
    }));
    return {
      key: Object.fromEntries(parts.map(({ name, value }) => [name, value])),
      values: Object.fromEntries(columns.map(({ name, value }) => [name, value])),
      ignored: Object.fromEntries(
        [...parts, ...columns].filter(({ ignored }) => ignored > 0).map(({ name, ignored }) => [name, ignored]),
      ),
      order: Object.fromEntries([
        ...parts.map(({ name, order }) => [name, order]),
        ...columns.map(({ name, value }) => [name, value]),
      ]),
    };
  });
  const isOutOfRange = groups.some(({ values }) =>
    Object.values(values).some((value) => typeof value === 'number' && !Number.isFinite(value)),
  );
  if (isOutOfRange) return 'RESULT_OUT_OF_RANGE';
  const having = parseFilter(query.having ?? {}, limits);
  const found = groups.filter(({ values }) =>
    matchesFilter(having, { id: '', version: 1, createdAt: '', updatedAt: '', data: values }),
  );
  const terms = [...sort, ...groupBy.map(({ name }) => name)];
  found.sort((left, right) => terms.reduce((order, term) => order || compareBy(term, left, right), 0));
  return {
    groups: found.slice(0, limit).map(({ key, values, ignored }) => ({ key, values, ignored })),
    truncated: found.length > limit,
  };
}

interface KeyPart {
  readonly value: JsonValue;
  readonly order: JsonValue;
  readonly isIgnored: boolean;
}

function keyPart(record: OracleRecord, { path, bucket, timeZone = 'UTC' }: OracleGroup): KeyPart {
  const value = valueOf(record, path);
  if (bucket === undefined || value === null) return { value, order: value, isIgnored: false };
  const period = typeof value === 'string' ? periods.periodOf(value, bucket, timeZone) : undefined;
  return { value: period?.text ?? null, order: period?.start ?? null, isIgnored: !period };
}

/** Returns the value at a path, or null if there is none. */
function valueOf(record: OracleRecord, path: string): JsonValue {
  if (path.startsWith('$')) return record[path.slice(1) as 'id' | 'version' | 'createdAt' | 'updatedAt'];
  return path
    .split('.')
    .reduce<JsonValue>((value, name) => (isJsonObject(value) ? (value[name] ?? null) : null), record.data);
}

function columnOf(computation: JsonValue | undefined, records: readonly OracleRecord[]) {
  const [[name, operand] = ['count', null]] = isJsonObject(computation ?? null)
    ? Object.entries(computation as JsonObject)
    : [];
  if (operand === null) return { value: records.length, ignored: 0 };
  const [path, fraction] = [operand].flat() as [string, number | undefined];
  const present = records.map((record) => valueOf(record, path)).filter((value) => value !== null);
  const numbers = present.filter((value) => typeof value === 'number');
  const ignored = present.length - numbers.length;
  switch (name) {
    case 'count':
      return { value: present.length, ignored: 0 };
    case 'distinct':
      return { value: new Set(present.map(canonical)).size, ignored: 0 };
    case 'sum':
      return { value: quotient(numbers, 1n), ignored };
    case 'avg':
      return { value: numbers.length === 0 ? null : quotient(numbers, BigInt(numbers.length)), ignored };
    case 'percentile':
      return { value: percentile(numbers, fraction ?? 0), ignored };
    default: {
      const strings = present.filter((value) => typeof value === 'string');
      const candidates: (number | string)[] = numbers.length > 0 ? numbers : strings;
      const sorted = candidates.toSorted(compare);
      return { value: sorted.at(name === 'min' ? 0 : -1) ?? null, ignored: present.length - candidates.length };
    }
  }
}

/** Divides the exact sum of numbers, which have at most 340 decimal places. */
function quotient(numbers: readonly number[], divisor: bigint): number {
  const PLACES = 1_500;
  const sum = numbers.reduce((total, number) => total + scaled(number, 340), 0n);
  const digits = (sum < 0n ? -sum : sum) * 10n ** BigInt(PLACES);
  // A last digit says that the rest of the quotient is not zero. No point between two doubles has as many digits.
  const text = `${digits / divisor}${digits % divisor === 0n ? '0' : '1'}`;
  return Number(`${sum < 0n ? '-' : ''}${text}e-${340 + PLACES + 1}`) + 0;
}

/** Returns a number, as JavaScript prints it, as a whole number of the given decimal place. */
function scaled(number: number, places: number): bigint {
  const [mantissa = '', exponent = '0'] = String(number).split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  return BigInt(whole + fraction) * 10n ** BigInt(places + Number(exponent) - fraction.length);
}

function percentile(numbers: readonly number[], fraction: number): number | null {
  const sorted = numbers.toSorted((left, right) => left - right);
  const place = fraction * (sorted.length - 1);
  const low = sorted[Math.floor(place)];
  const high = sorted[Math.ceil(place)];
  if (low === undefined || high === undefined) return null;
  return (Math.floor(place) === Math.ceil(place) ? low : low + (place - Math.floor(place)) * (high - low)) + 0;
}

function compareBy(term: string, left: Group, right: Group): number {
  const name = term.replace(/^-/, '');
  const order = compare(left.order[name] ?? null, right.order[name] ?? null);
  return term === name ? order : -order;
}

const TYPES = ['null', 'boolean', 'number', 'string', 'array', 'object'];

/** Compares values by type, then by value. Arrays and objects are compared by their canonical text. */
function compare(left: JsonValue, right: JsonValue): number {
  const types = [left, right].map((value) => TYPES.indexOf(typeOf(value)));
  if (types[0] !== types[1]) return Number(types[0]) - Number(types[1]);
  if (typeof left === 'number' && typeof right === 'number') return left < right ? -1 : Number(left > right);
  if (typeof left === 'boolean') return Number(left) - Number(right);
  const texts = [left, right].map((value) => Buffer.from(typeof value === 'string' ? value : canonical(value)));
  return Buffer.compare(texts[0] as Buffer, texts[1] as Buffer); // there are two
}

function typeOf(value: JsonValue): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function canonical(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`);
  return `{${members.toSorted().join()}}`;
}
