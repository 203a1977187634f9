import type { ScalarName } from '@haven/record-types';

const QUOTE = 0x22;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const LOWER_F = 0x66;
const LOWER_T = 0x74;

/** Describes the values of each scalar, for error messages. */
export const expectedValue: Readonly<Record<ScalarName, string>> = {
  String: 'a string',
  ID: 'a string',
  DateTime: 'an RFC 3339 date-time',
  Int: 'a 32-bit integer',
  SafeInt: 'an integer of at most 2^53 - 1',
  Float: 'a number',
  Boolean: 'true or false',
  JSON: 'a JSON value',
};

/**
 * Returns the text of a stored value as a response has it, or undefined if it does not fit the scalar. Strings are
 * not read beyond their first character, because the text is valid JSON.
 */
export function scalarText(scalar: ScalarName, text: string, start: number, end: number): string | undefined {
  const first = text.charCodeAt(start);
  switch (scalar) {
    case 'JSON':
      return text.slice(start, end);
    case 'String':
    case 'ID':
      return first === QUOTE ? text.slice(start, end) : undefined;
    case 'Boolean':
      return first === LOWER_T || first === LOWER_F ? text.slice(start, end) : undefined;
    case 'DateTime':
      return first === QUOTE ? dateTime(text.slice(start, end)) : undefined;
    case 'Float':
      return isNumber(first) ? text.slice(start, end) : undefined;
    case 'Int':
      return isNumber(first) ? integer(text.slice(start, end), isInt32) : undefined;
    case 'SafeInt':
      return isNumber(first) ? integer(text.slice(start, end), Number.isSafeInteger) : undefined;
  }
}

/** A string with a date-time in JSON, in all the forms that `format: "date-time"` allows. */
const DATE_TIME =
  /^"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[Tt ](?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)"$/;

function dateTime(text: string): string | undefined {
  return DATE_TIME.test(text) && digitsAt(text, 9) <= daysOf(text) ? text : undefined;
}

/** Returns the number of days of the month in a quoted date-time. */
function daysOf(text: string): number {
  const month = digitsAt(text, 6);
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  const century = digitsAt(text, 1);
  const year = digitsAt(text, 3);
  return (year === 0 ? century : year) % 4 === 0 ? 29 : 28;
}

/** Returns the number of the two digits at an offset. */
function digitsAt(text: string, at: number): number {
  return 10 * (text.charCodeAt(at) - ZERO) + text.charCodeAt(at + 1) - ZERO;
}

function isNumber(first: number): boolean {
  return first === MINUS || (first >= ZERO && first <= NINE);
}

/** Writes integers without exponent and fraction, as clients with static types read them: `1.0` is `1`. */
function integer(text: string, fits: (value: number) => boolean): string | undefined {
  const value = Number(text);
  return fits(value) ? String(value) : undefined;
}

function isInt32(value: number): boolean {
  return value === (value | 0);
}
