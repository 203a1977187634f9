import type { Bucket } from './aggregate-query.js';
import { instantOf, offsetAt } from './time-zone.js';
import type { TimeZone } from './time-zone.js';

/** 0000-01-01T00:00:00 and 10000-01-01T00:00:00, as seconds since 1970-01-01T00:00:00. */
const FIRST = -62_167_219_200;
const END = 253_402_300_800;

/**
 * The range of the local times at which a bucket can start, in seconds as if local time were UTC: other starts cannot
 * be printed, because RFC 3339 has years of four digits.
 */
export function bucketRange({ offsets: [first] }: TimeZone): { readonly first: number; readonly end: number } {
  return { first: isWholeMinutes(first) ? FIRST : FIRST + Math.max(0, first), end: END };
}

/** Returns the instant at which a bucket starts, given the text of its key in an `AggregateRow`. */
export function bucketStart(unit: Bucket, zone: TimeZone, text: string): number {
  return unit === 'hour' ? Number(text) : instantOf(zone, Number(text));
}

/**
 * Prints an instant as an RFC 3339 date-time with the offset of a time zone. In UTC if the offset is not a number of
 * whole minutes, which RFC 3339 requires.
 */
export function printInstant(zone: TimeZone, instant: number): string {
  const offset = offsetAt(zone, instant);
  const isUtc = !isWholeMinutes(offset) || (offset === 0 && zone.transitions.length === 0);
  const local = new Date(1_000 * (isUtc ? instant : instant + offset)).toISOString().slice(0, 19);
  return isUtc ? `${local}Z` : `${local}${offset < 0 ? '-' : '+'}${minutesText(Math.abs(offset) / 60)}`;
}

function isWholeMinutes(offset: number): boolean {
  return offset % 60 === 0;
}

function minutesText(minutes: number): string {
  return `${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}

function pad(number: number): string {
  return String(number).padStart(2, '0');
}
