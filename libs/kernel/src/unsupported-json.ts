import { invalid } from './error.js';
import type { HavenError } from './error.js';
import { isExactlyStorable } from './json-number.js';

export const PROTO = 'is a member named __proto__';
export const NUMBER = 'is a number that a double can not hold exactly; send it as a string';

/** Why a value that is no container can not be kept, if it can not. */
export function unsupportedScalarReason(value: unknown): string | undefined {
  if (typeof value === 'string') return unsupportedTextReason(value);
  if (typeof value === 'number') return isExactlyStorable(value) ? undefined : NUMBER;
  return value === null || typeof value === 'boolean' ? undefined : 'is not a JSON value';
}

/** Why a text can not be kept, if it can not. */
export function unsupportedTextReason(text: string): string | undefined {
  if (text.includes('\0')) return 'holds \\u0000, which PostgreSQL can not store';
  return /\p{Surrogate}/u.test(text) ? 'holds a lone surrogate, which is no Unicode text' : undefined;
}

/** The refusal of a value that would not come back as it went in. */
export function jsonNotExact(pointer: string, detail: string): HavenError {
  return invalid('JSON_NOT_EXACT', pointer, detail);
}
