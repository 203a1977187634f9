/**
 * A point in time: whole seconds since 1970-01-01T00:00:00Z, and the nanoseconds after them. A leap second (23:59:60)
 * has the seconds of 23:59:59 and 1,000,000,000 or more nanoseconds, so it comes after that second and before 00:00:00.
 */
export type Instant = { readonly seconds: number; readonly nanos: number };

const dateTime =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ]([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(?:\.(\d+))?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/;

/**
 * Returns the instant of an RFC 3339 date-time, or null if the text is not one. A space is allowed instead of the T,
 * because `format: "date-time"` in a schema allows it too. Digits after the ninth of a fraction are cut off. A leap
 * second is valid only at 23:59:60 UTC. The SQL function `haven.instant` returns the same.
 */
export function parseInstant(text: string): Instant | null {
  const match = dateTime.exec(text);
  if (!match) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as Numbers;
  const [fraction = '', sign, offsetHours = '0', offsetMinutes = '0'] = match.slice(7);
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return null;
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * (sign === '-' ? -1 : 1);
  const minutes = (daysSinceEpoch(year, month, day) * 24 + hour) * 60 + minute - offset;
  const isLeapSecond = second === 60;
  if (isLeapSecond && mod(minutes, MINUTES_PER_DAY) !== MINUTES_PER_DAY - 1) return null;
  const nanos = Number(fraction.slice(0, 9).padEnd(9, '0'));
  return isLeapSecond
    ? { seconds: minutes * 60 + 59, nanos: nanos + 1_000_000_000 }
    : { seconds: minutes * 60 + second, nanos };
}

/** Compares two instants: negative if `left` is earlier. */
export function compareInstants(left: Instant, right: Instant): number {
  return left.seconds - right.seconds || left.nanos - right.nanos;
}

type Numbers = [number, number, number, number, number, number];

const MINUTES_PER_DAY = 1_440;

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** Days from 1970-01-01 to a date of the Gregorian calendar. Years start in March, so that leap days come last. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const years = year + (month > 2 ? 400 : 399);
  const days = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  return years * 365 + Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400) + days - EPOCH;
}

/** Days from March 1 of the year -400 to 1970-01-01. */
const EPOCH = 719_468 + 146_097;

function mod(dividend: number, divisor: number): number {
  return ((dividend % divisor) + divisor) % divisor;
}
