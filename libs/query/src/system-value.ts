import type { SystemField } from './path.js';

/**
 * A system field's value in the one form that is equal when the values are equal and that `<` orders: lower-case UUID,
 * integer, or UTC time with milliseconds. Null if `value` is not one that the field could have.
 */
export function systemValue(field: SystemField, value: unknown): string | number | null {
  switch (field) {
    case 'id':
      return typeof value === 'string' && uuid.test(value) ? value.toLowerCase() : null;
    case 'version':
      return typeof value === 'number' && Number.isSafeInteger(value) ? value : null;
    case 'createdAt':
    case 'updatedAt':
      return typeof value === 'string' ? instant(value) : null;
  }
}

/** What `systemValue` takes, in words for the caller. */
export const systemValueKinds: Record<SystemField, string> = {
  id: 'a UUID',
  version: 'an integer',
  createdAt: 'an RFC 3339 date-time with at most milliseconds',
  updatedAt: 'an RFC 3339 date-time with at most milliseconds',
};

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const dateTime =
  /^(\d{4}-\d\d-\d\d)T((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.(\d{1,3})0*)?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/i;

// More digits than milliseconds would have to be rounded, and the comparison would be with another instant.
function instant(text: string): string | null {
  const [, date, time, fraction = '', offset] = dateTime.exec(text) ?? [];
  if (date === undefined || time === undefined || offset === undefined) return null;
  const midnight = new Date(`${date}T00:00:00.000Z`);
  // Date carries February 30th over into March.
  if (Number.isNaN(midnight.getTime()) || !midnight.toISOString().startsWith(date)) return null;
  const utc = new Date(`${date}T${time}.${fraction.padEnd(3, '0')}${offset.toUpperCase()}`);
  const year = utc.getUTCFullYear();
  return year >= 1 && year <= 9999 ? utc.toISOString() : null;
}
