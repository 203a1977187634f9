import { randomUUID } from 'node:crypto';

import type { JsonObject, JsonValue } from '@haven/kernel';

import type { OracleGroup, OracleQuery } from './aggregate-oracle.js';

const TIME_ZONES = [
  'UTC',
  'Europe/Oslo',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'America/Sao_Paulo',
  'America/St_Johns',
  'America/Toronto',
  'America/Havana',
  'Pacific/Apia',
  'Africa/Casablanca',
  'CET',
  'Etc/GMT+11',
];
const BUCKETS = ['year', 'quarter', 'month', 'week', 'day', 'hour'];
const FUNCTIONS = ['count', 'sum', 'avg', 'min', 'max', 'distinct', 'percentile'];
/** Paths of members with values of all kinds, of numbers, of texts, and of times. */
const PATHS = [
  'any',
  'number',
  'text',
  'time',
  'in.number',
  'in.any',
  'absent',
  '$version',
  '$createdAt',
  '$updatedAt',
];
const NUMBERS = [0, -0, 1, -1, 0.1, 0.2, 0.3, 1e21, 1e-7, 5e-324, -5e-324, 1.5e-323, 2 ** 53, 2 ** 53 - 1, 0.1 + 0.2];
const HUGE = [1e308, -1e308, Number.MAX_VALUE, -Number.MAX_VALUE];
const TEXTS = [
  '',
  'a',
  'A',
  'é',
  '😀',
  '\uffff',
  'null',
  '1',
  'a,b',
  '\\',
  '"',
  'x'.repeat(256),
  `${'x'.repeat(256)}!`,
];
/** Instants around transitions of the time zones above, as seconds. */
const TRANSITIONS = [
  '2001-03-25T01:00:00Z',
  '2001-10-28T01:00:00Z',
  '2018-11-04T03:00:00Z',
  '2018-02-18T02:00:00Z',
  '2024-04-06T15:00:00Z',
  '2024-10-05T15:30:00Z',
  '1919-03-31T04:30:00Z',
  '2011-12-30T10:00:00Z',
  '2006-10-29T02:31:00Z',
  '2023-11-05T05:00:00Z',
  '2123-03-28T01:00:00Z',
  '2524-03-30T01:00:00Z',
  '1900-01-01T00:00:00Z',
].map((text) => Date.parse(text) / 1_000);
const ODD_TIMES = [
  '0000-01-01',
  '0000-01-01T00:00:00Z',
  '0000-01-03T00:00:00+05:30',
  '0000-12-31T23:59:59-23:59',
  '9999-12-31T23:59:59.999999999Z',
  '9999-12-31T23:59:59-23:59',
  '9999-12-31',
  '2016-12-31T23:59:60Z',
  '2017-01-01T00:59:60.5+01:00',
  '2024-02-29',
  '2023-02-29',
  '2024-02-29T00:00:00Z',
  '2011-12-30',
  '2018-11-04',
  '1850-06-01',
  '2024-02-30T00:00:00Z',
  '2024-01-01T24:00:00Z',
  '2024-01-01T10:60:00Z',
  '2024-01-01T10:00:00',
  '2024-01-01 10:00:00.123456z',
  '2024-01-01t10:00:00.12+01:00',
  '2024-01-01T10:00:00.999Z',
  '2024-01-01T10:00:00.99xZ',
  '2024-01-01T10:00:00.Z',
  '2024-01-01T10:00:00+24:00',
  '2024-01-01T10:00:00+0100',
  '20é4-01-01T10:00:00Z',
  '2024-13-01',
  '12024-01-01T00:00:00Z',
];

/** Makes random documents and aggregates of them. */
export class RandomAggregates {
  constructor(private readonly random: () => number) {}

  document(): JsonObject {
    const members: [string, JsonValue][] = [
      ['any', this.value()],
      ['number', this.chance(0.8) ? this.number() : this.value()],
      ['text', this.chance(0.9) ? this.oneOf(TEXTS) : this.value()],
      ['time', this.chance(0.9) ? this.time() : this.value()],
      ['in', this.chance(0.9) ? { number: this.number(), any: this.value() } : this.value()],
    ];
    return Object.fromEntries(members.filter(() => this.chance(0.9)));
  }

  query(): OracleQuery {
    const groupBy = this.list(this.upTo(3), (index) => this.group(index));
    const columns = this.list(this.upTo(5) + (groupBy.length === 0 ? 1 : 0), (index) => `c${index}`);
    const names = [...columns, ...groupBy.map(({ name }) => name)];
    const sort = [...new Set(this.list(this.upTo(3), () => this.oneOf(names)))];
    return {
      ...(this.chance(0.3) && { filter: this.filter() }),
      ...(groupBy.length > 0 && { groupBy }),
      ...(columns.length > 0 && { compute: Object.fromEntries(columns.map((name) => [name, this.computation()])) }),
      ...(columns.length > 0 && this.chance(0.3) && { having: this.having(columns) }),
      ...(sort.length > 0 && { sort: sort.map((name) => (this.chance(0.5) ? `-${name}` : name)) }),
      ...(this.chance(0.3) && { limit: 1 + this.upTo(20) }),
    };
  }

  upTo(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  oneOf<T>(choices: readonly T[]): T {
    return choices[this.upTo(choices.length)] as T; // the list is not empty
  }

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  private group(index: number): OracleGroup {
    const name = `g${index}`;
    if (this.chance(0.5)) return { name, path: this.oneOf(PATHS) };
    const bucket = this.oneOf(BUCKETS);
    const path = this.oneOf(['time', 'time', 'time', 'any', '$createdAt', '$updatedAt']);
    return { name, path, bucket, ...(this.chance(0.9) && { timeZone: this.oneOf(TIME_ZONES) }) };
  }

  private computation(): JsonValue {
    const name = this.oneOf(FUNCTIONS);
    if (name === 'count' && this.chance(0.5)) return 'count';
    const path = this.oneOf(this.chance(0.5) ? ['number', 'in.number'] : PATHS);
    if (name !== 'percentile') return { [name]: path };
    return { percentile: [path, this.oneOf([0, 0.25, 0.5, 0.95, 1, this.random()])] };
  }

  private having(columns: readonly string[]): JsonValue {
    const column = this.oneOf(columns);
    return this.oneOf<JsonValue>([
      { [column]: { _gte: this.upTo(4) } },
      { [column]: { _lt: 'm' } },
      { [column]: null },
      { [column]: { _isNull: false } },
      { _not: { [column]: { _in: [0, 1, 2] } } },
      { _or: columns.map((name) => ({ [name]: { _gt: 1 } })) },
    ]);
  }

  private filter(): JsonValue {
    return this.oneOf<JsonValue>([
      { number: { _gte: this.number() } },
      { number: { _lt: 1, _gt: -1 } },
      { text: this.oneOf(TEXTS) },
      { text: { _startsWith: 'a' } },
      { any: { _isNull: true } },
      { _or: [{ text: 'a' }, { number: 1 }] },
      { _not: { time: { _gte: { $dateTime: '2001-01-01T00:00:00Z' } } } },
      { $version: { _gt: 1 } },
    ]);
  }

  private value(): JsonValue {
    return this.oneOf<() => JsonValue>([
      () => null,
      () => this.chance(0.5),
      () => this.number(),
      () => this.oneOf(TEXTS),
      () => this.time(),
      () => this.list(this.upTo(3), () => this.oneOf<JsonValue>([1, 'a', null, { a: 1 }])),
      () => (this.chance(0.5) ? { a: this.upTo(2), b: 1 } : { b: 1, a: this.upTo(2) }),
      () => ({}),
    ])();
  }

  private number(): number {
    if (this.chance(0.03)) return this.oneOf(HUGE);
    if (this.chance(0.3)) return this.oneOf(NUMBERS);
    if (this.chance(0.3)) return this.upTo(5);
    if (this.chance(0.8)) return this.upTo(10_000) / 100;
    const [double = 1] = new Float64Array(
      new BigUint64Array([BigInt(Math.floor(this.random() * 2 ** 52)) * 4_093n]).buffer,
    );
    return Number.isFinite(double) && Math.abs(double) < 1e200 ? double : 7;
  }

  private time(): string {
    if (this.chance(0.3)) return this.oneOf(ODD_TIMES);
    const near =
      this.oneOf(TRANSITIONS) + this.upTo(60 * 86_400 * (this.chance(0.3) ? 1 : 0)) + this.upTo(14_400) - 7_200;
    const text = new Date(near * 1_000 + this.upTo(1_000)).toISOString();
    return this.oneOf([text, text.replace(/\.\d+/, ''), text.slice(0, 10), this.shifted(near)]);
  }

  /** Prints an instant with another offset than UTC's. */
  private shifted(instant: number): string {
    const minutes = this.upTo(1_440);
    const local = new Date((instant - minutes * 60) * 1_000).toISOString().slice(0, 19);
    const [hour, minute] = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0'));
    return `${local}-${hour}:${minute}`;
  }

  private list<T>(length: number, make: (index: number) => T): T[] {
    return Array.from({ length }, (_, index) => make(index));
  }
}

/** Returns ids of records. */
export function randomIds(count: number): string[] {
  return Array.from({ length: count }, () => randomUUID());
}
