import { bucketRange, CYCLE, CYCLE_START } from '@haven/query';
import type { Bucket, TimeZone } from '@haven/query';

import type { Layer } from './sql-layers.js';
import { bind } from './sql-text.js';

/** A group field with a bucket. Its columns are numbered by `place`, the place of the field in `groupBy`. */
export interface BucketField {
  readonly place: number;
  readonly unit: Bucket;
  readonly zone: TimeZone;
}

/**
 * Returns a layer with the instant of a text: the column `t`, in whole seconds since 1970-01-01T00:00:00Z; and for
 * full-dates instead the column `m`, the local time of their start as if it were UTC. Both are NULL for other texts.
 *
 * `haven.instant` defines what a date-time is, but takes 10 µs. Texts in the usual formats are recognized by looking up
 * their parts in lists of all valid ones, which takes 1 µs: `2001-03-05T10:00:00` with `Z`, `.123Z` or `+01:00`.
 */
export function textInstants(place: number, text: string, params: unknown[]): Layer {
  const listed = (value: string, list: readonly string[]): string => `${value} = ANY(${bind(params, list, 'text[]')})`;
  const isUsualDate = `${listed(`left(${text}, 4)`, YEARS)} AND ${listed(`substr(${text}, 6, 5)`, DAYS)}`;
  const isUsualMinute = listed(`substr(${text}, 12, 5)`, MINUTES);
  const isUsualTime = `${isUsualDate} AND ${isUsualMinute} AND ${listed(`substr(${text}, 18, 2)`, SECONDS)}`;
  const isUsualFraction = listed(`substr(${text}, 21, 3)`, MILLIS);
  const isUsualOffset = isUsualMinute.replace(`substr(${text}, 12, 5)`, `substr(${text}, 21)`);
  const local = `date_part('epoch', left(${text}, 19)::timestamp)`;
  const offset = `substr(${text}, 21, 2)::integer * 3600 + substr(${text}, 24)::integer * 60`;
  const other = `CASE WHEN ${text} LIKE '____-__-__%' THEN (haven.instant(${text}))[1] END`;
  const unless = (isUsual: string, instant: string): string => `CASE WHEN ${isUsual} THEN ${instant} ELSE ${other} END`;
  const usual = (end: string): string => `${text} LIKE '____-__-__T__:__:__${end}' AND ${isUsualTime}`;
  return {
    [`t${place}`]: `CASE octet_length(${text})
      WHEN 10 THEN NULL
      WHEN 20 THEN ${unless(usual('Z'), local)}
      WHEN 24 THEN ${unless(`${usual('.___Z')} AND ${isUsualFraction}`, local)}
      WHEN 25 THEN CASE
        WHEN ${usual('+__:__')} AND ${isUsualOffset} THEN ${local} - (${offset})
        ELSE ${unless(`${usual('-__:__')} AND ${isUsualOffset}`, `${local} + ${offset}`)}
      END
      ELSE ${other}
    END`,
    [`m${place}`]: `CASE
      WHEN octet_length(${text}) <> 10 OR ${text} NOT LIKE '____-__-__' THEN NULL
      WHEN ${isUsualDate} THEN (${text}::date - date '1970-01-01') * 86400::double precision
      ELSE (haven.instant(${text} || 'T00:00:00Z'))[1]
    END`,
  };
}

/**
 * Returns the layers that compute the key of a bucket, the column `g`, from the column `t`, and, if `hasDates`, from
 * `m`. The offsets of the time zone are parameters, so that they do not depend on the time zones of the database.
 */
export function bucketLayers({ place, unit, zone }: BucketField, hasDates: boolean, params: unknown[]): Layer[] {
  const [t, m, u, i, l, b, g] = ['t', 'm', 'u', 'i', 'l', 'b', 'g'].map((name) => `${name}${place}`) as Columns;
  const table = tableOf(zone, params);
  const instant = hasDates ? `coalesce(${t}, ${table.instantOf(m)})` : t;
  const { first, end } = bucketRange(zone);
  const start = unit === 'hour' ? table.startOf(b, u, l, i) : b;
  return [
    { [u]: instant },
    { [i]: table.segmentAt(u) },
    { [l]: `${u} + ${table.offsetOf(i)}` },
    { [b]: truncated(unit, l) },
    { [g]: `CASE WHEN ${b} >= ${first} AND ${b} < ${end} THEN ${start} END` },
  ];
}

type Columns = [string, string, string, string, string, string, string];

/** Expressions that use the table of a time zone. */
interface TableSql {
  /** The number of transitions before an instant. */
  segmentAt(instant: string): string;
  offsetOf(segment: string): string;
  /** The first instant whose local time is not before the given one. */
  instantOf(local: string): string;
  /** The start of an hour, which begins no earlier than the last transition. */
  startOf(bucket: string, instant: string, local: string, segment: string): string;
}

function tableOf(zone: TimeZone, params: unknown[]): TableSql {
  const { transitions, offsets } = zone;
  if (transitions.length === 0) {
    const [offset] = offsets;
    return {
      segmentAt: () => '0',
      offsetOf: () => String(offset),
      instantOf: (local) => `${local} - ${offset}`,
      startOf: (bucket) => `${bucket} - ${offset}`,
    };
  }
  let latest = -Infinity;
  const localEnds = transitions.map((end, segment) => (latest = Math.max(latest, end + (offsets[segment] ?? 0))));
  const times = bindWhenUsed(params, transitions);
  const ends = bindWhenUsed(params, localEnds);
  const all = bindWhenUsed(params, offsets);
  const offsetOf = (segment: string): string => `(${all()})[${segment} + 1]`;
  return {
    segmentAt: (instant) => `width_bucket(${instant} - ${cycles(instant)}, ${times()})`,
    offsetOf,
    instantOf: (local) => {
      const segment = `width_bucket(${local} - ${cycles(local)}, ${ends()})`;
      return `greatest((${times()})[${segment}] + ${cycles(local)}, ${local} - ${offsetOf(segment)})`;
    },
    startOf: (bucket, instant, local, segment) =>
      `greatest(${bucket} - (${local} - ${instant}), (${times()})[${segment}] + ${cycles(instant)})`,
  };
}

/** Returns a function that appends a parameter when it is first called, because PostgreSQL refuses unused ones. */
function bindWhenUsed(params: unknown[], numbers: readonly number[]): () => string {
  let placeholder: string | undefined;
  return () => (placeholder ??= bind(params, numbers, 'double precision[]'));
}

/** Returns the part of a time by which it is later than the time in the table that has the same offset. */
function cycles(time: string): string {
  return `${CYCLE}::double precision * greatest(0, floor((${time} - ${CYCLE_START}) / ${CYCLE}))`;
}

/** Truncates a local time in seconds. Weeks start on Monday; 1970-01-01 was a Thursday. */
function truncated(unit: Bucket, local: string): string {
  switch (unit) {
    case 'hour':
      return `floor(${local} / 3600) * 3600`;
    case 'day':
      return `floor(${local} / 86400) * 86400`;
    case 'week':
      return `floor((${local} / 86400 + 3) / 7) * 604800 - 259200`;
    default: {
      const day = `(date '1970-01-01' + floor(${local} / 86400)::integer)::timestamp`;
      return `date_part('epoch', date_trunc('${unit}', ${day}))`;
    }
  }
}

const YEARS = numbers(1800, 2199, 4);
const DAYS = daysOfYear();
const MINUTES = numbers(0, 23, 2).flatMap((hour) => numbers(0, 59, 2).map((minute) => `${hour}:${minute}`));
const SECONDS = numbers(0, 59, 2);
const MILLIS = numbers(0, 999, 3);

function numbers(first: number, last: number, digits: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => String(first + index).padStart(digits, '0'));
}

/** Returns the days of a year that is no leap year. */
function daysOfYear(): string[] {
  return Array.from({ length: 365 }, (_, day) => new Date(Date.UTC(2001, 0, 1 + day)).toISOString().slice(5, 10));
}
