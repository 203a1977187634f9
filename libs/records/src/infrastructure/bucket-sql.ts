import { bucketRange, CYCLE, CYCLE_START } from '@haven/query';
import type { Bucket, TimeZone } from '@haven/query';

import { bind } from './sql-text.js';

/** A group field with a bucket. Its columns are numbered by `place`, the place of the field in `groupBy`. */
export interface BucketField {
  readonly place: number;
  readonly unit: Bucket;
  readonly zone: TimeZone;
}

/** Expressions of a subquery by the names of their columns. Each subquery uses columns of those before it. */
export type Layer = Readonly<Record<string, string>>;

/**
 * Returns a layer with the instant of a text: the column `t`, in whole seconds since 1970-01-01T00:00:00Z; and for
 * full-dates instead the column `m`, the local time of their start as if it were UTC. Both are NULL for other texts.
 * `haven.instant` defines what a date-time is, but takes 10 µs; texts in the usual formats are recognized by looking up
 * their parts in lists, which takes 1 µs.
 */
export function textInstants(place: number, text: string, params: unknown[]): Layer {
  const isDate = `${text} LIKE '____-__-__'`;
  const isUsual = (value: string, list: string): string => `${value} = ANY(${list})`;
  const [years, days, minutes, seconds, millis] = [YEARS, DAYS, MINUTES, SECONDS, MILLIS].map((list) =>
    bind(params, list, 'text[]'),
  ) as [string, string, string, string, string]; // as many as there are lists
  const usualDate = `${isUsual(`left(${text}, 4)`, years)} AND ${isUsual(`substr(${text}, 6, 5)`, days)}`;
  const zone = `substr(${text}, 20)`;
  const isUsualZone = `CASE
      WHEN ${zone} = 'Z' THEN TRUE
      WHEN ${zone} LIKE '.___Z' THEN ${isUsual(`substr(${text}, 21, 3)`, millis)}
      WHEN ${zone} LIKE '+__:__' OR ${zone} LIKE '-__:__' THEN ${isUsual(`substr(${text}, 21)`, minutes)}
      ELSE FALSE
    END`;
  const isUsualTime = `${text} LIKE '____-__-__T__:__:__%' AND ${usualDate} AND ${isUsual(`substr(${text}, 12, 5)`, minutes)}
      AND ${isUsual(`substr(${text}, 18, 2)`, seconds)} AND ${isUsualZone}`;
  const offset = `CASE WHEN ${zone} LIKE '%Z' THEN 0
      ELSE (substr(${text}, 20, 1) || '60')::integer * (substr(${text}, 21, 2)::integer * 60 + substr(${text}, 24, 2)::integer) END`;
  return {
    [`t${place}`]: `CASE
      WHEN ${text} NOT LIKE '____-__-__%' OR ${isDate} THEN NULL
      WHEN ${isUsualTime} THEN date_part('epoch', left(${text}, 19)::timestamp) - ${offset}
      ELSE (haven.instant(${text}))[1]
    END`,
    [`m${place}`]: `CASE
      WHEN NOT ${isDate} THEN NULL
      WHEN ${usualDate} THEN (${text}::date - date '1970-01-01') * 86400::double precision
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
  const times = bind(params, transitions, 'double precision[]');
  const ends = bind(params, localEnds, 'double precision[]');
  const all = bind(params, offsets, 'double precision[]');
  const offsetOf = (segment: string): string => `(${all})[${segment} + 1]`;
  return {
    segmentAt: (instant) => `width_bucket(${instant} - ${cycles(instant)}, ${times})`,
    offsetOf,
    instantOf: (local) => {
      const segment = `width_bucket(${local} - ${cycles(local)}, ${ends})`;
      return `greatest((${times})[${segment}] + ${cycles(local)}, ${local} - ${offsetOf(segment)})`;
    },
    startOf: (bucket, instant, local, segment) =>
      `greatest(${bucket} - (${local} - ${instant}), (${times})[${segment}] + ${cycles(instant)})`,
  };
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
