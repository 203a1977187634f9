import { EventLoopTurn } from '@haven/kernel';

/**
 * The offsets of a time zone, in seconds, in whole seconds since 1970-01-01T00:00:00Z: `offsets[i]` applies from
 * `transitions[i - 1]` until before `transitions[i]`. The table ends after `CYCLE_START` and `CYCLE`; later times have
 * the offsets of the times `CYCLE` before them, because the Gregorian calendar repeats after 400 years.
 */
export interface TimeZone {
  readonly name: string;
  readonly transitions: readonly number[];
  readonly offsets: readonly [number, ...number[]];
}

/** Time from which the rules of all time zones are periodic: 2100-01-01T00:00:00Z. */
export const CYCLE_START = 4_102_444_800;

/** 400 years in seconds. */
export const CYCLE = 146_097 * 86_400;

export const UTC: TimeZone = { name: 'UTC', transitions: [], offsets: [0] };

/** No zone had another offset than its local mean time before 1800-01-01T00:00:00Z. */
const START = -5_364_662_400;

/** Shorter than the time between a transition and the one that undoes it, in all zones. */
const STEP = 5 * 86_400;

/** Maximum number of time zones that are kept. A table has up to 1,200 transitions. */
const KEPT_ZONES = 100;

const NAME = /^[A-Za-z][\w+-]*(\/[\w+-]+)*$/;
const OFFSET = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/;

const tables = new Map<string, Promise<TimeZone>>();

/** Whether a text is the name of a time zone in the IANA database, in any case. */
export function isTimeZoneName(name: string): boolean {
  if (!NAME.test(name)) return false;
  try {
    formatter(name);
    return true;
  } catch {
    return false; // a RangeError: there is no such zone
  }
}

/** Returns a time zone by its name. Finding its transitions takes some time, so the last ones are kept. */
export function timeZone(name: string): Promise<TimeZone> {
  const key = name.toLowerCase();
  const known = tables.get(key);
  if (known) return known;
  const [oldest] = tables.keys();
  if (oldest !== undefined && tables.size >= KEPT_ZONES) tables.delete(oldest);
  const table = readTable(name);
  tables.set(key, table);
  return table;
}

/** Returns the offset of a time zone at an instant. */
export function offsetAt(zone: TimeZone, instant: number): number {
  const index = countUntil(zone.transitions, withinTable(instant));
  return zone.offsets[index] ?? zone.offsets[0];
}

/**
 * Returns the first instant at which the local time of a zone is not before the given one: the start of the day if its
 * midnight does not exist, and the first of two equal local times.
 */
export function instantOf(zone: TimeZone, local: number): number {
  // A day of the cycle begins in the same way as the same day of a later cycle.
  const inTable = withinTable(local);
  const index = zone.transitions.findIndex((end, place) => end + (zone.offsets[place] ?? 0) > inTable);
  const segment = index === -1 ? zone.transitions.length : index;
  const start = zone.transitions[segment - 1] ?? -Infinity;
  return Math.max(start, inTable - (zone.offsets[segment] ?? 0)) + local - inTable;
}

/** Returns the time in the table that has the same offset. */
function withinTable(time: number): number {
  return time - CYCLE * Math.max(0, Math.floor((time - CYCLE_START) / CYCLE));
}

/** Returns how many of the sorted numbers are at most `value`. */
function countUntil(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? Infinity) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Finds the transitions of a zone by asking the runtime for its offset at many times. */
async function readTable(name: string): Promise<TimeZone> {
  const format = formatter(name);
  const offset = (time: number): number => parseOffset(format.format(time * 1_000));
  const turn = new EventLoopTurn();
  const transitions: number[] = [];
  let current = offset(START);
  const offsets: [number, ...number[]] = [current];
  // The table is longer than one cycle by two steps, so that local times of its last days are in it.
  for (let time = START; time < CYCLE_START + CYCLE + 2 * STEP;) {
    if (turn.isLong) await turn.pause();
    const next = time + STEP;
    const later = offset(next);
    time = later === current ? next : firstWithout(current, time, next, offset);
    if (later === current) continue;
    current = offset(time);
    transitions.push(time);
    offsets.push(current);
  }
  return { name, transitions, offsets };
}

/** Returns the first second after `low`, up to `high`, whose offset is not `current`. */
function firstWithout(current: number, low: number, high: number, offset: (time: number) => number): number {
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offset(middle) === current) low = middle;
    else high = middle;
  }
  return high;
}

function formatter(timeZoneName: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', { timeZone: timeZoneName, year: 'numeric', timeZoneName: 'longOffset' });
}

function parseOffset(text: string): number {
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = OFFSET.exec(text) ?? [];
  const size = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
  return sign === '-' ? -size : size;
}
