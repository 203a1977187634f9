import type { SystemField } from './path.js';

/**
 * Normalizes a value of a system field: to a lower-case UUID, an integer, or a UTC time with milliseconds. Equal values
 * have the same normalized form, and `<` orders normalized values. Returns null if the field cannot have this value.
 */
export function systemValue(field: SystemField, value: unknown): string | number | null {
  switch (field) {
    case 'id':
      return typeof value === 'string' && uuid.test(value) ? value.toLowerCase() : null;
    case 'version':
      return typeof value === 'number' && Number.isSafeInteger(value) ? value : null;
    case 'createdAt':
    case 'updatedAt':
      return typeof value === 'string' ? toUtc(value) : null;
  }
}

/** Descriptions of the values that `systemValue` accepts, for error messages. */
export const systemValueKinds: Record<SystemField, string> = {
  id: 'a UUID',
  version: 'an integer',
  createdAt: 'an RFC 3339 date-time with at most milliseconds',
  updatedAt: 'an RFC 3339 date-time with at most milliseconds',
};

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const dateTime =
  /^(\d{4}-\d\d-\d\d)T((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.(\d{1,3})0*)?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/i;

// A time with more than milliseconds is refused: rounding it would change which records match.
function toUtc(text: string): string | null {
  const [, date, time, fraction = '', offset] = dateTime.exec(text) ?? [];
  if (date === undefined || time === undefined || offset === undefined) return null;
  const midnight = new Date(`${date}T00:00:00.000Z`);
  // A date that does not exist is refused: `Date` would turn February 30 into March 1 or 2.
  if (Number.isNaN(midnight.getTime()) || !midnight.toISOString().startsWith(date)) return null;
  const utc = new Date(`${date}T${time}.${fraction.padEnd(3, '0')}${offset.toUpperCase()}`);
  const year = utc.getUTCFullYear();
  return year >= 1 && year <= 9999 ? utc.toISOString() : null;
}
