import { invalid } from './error.js';
import type { HavenError } from './error.js';
import { inexactNumberReason } from './json-number.js';

export const PROTO = 'is a member named __proto__';

/** Returns why a scalar value cannot be stored exactly; undefined if it can. */
export function unsupportedScalarReason(value: unknown): string | undefined {
  if (typeof value === 'string') return unsupportedTextReason(value);
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : inexactNumberReason(String(value));
  return value === null || typeof value === 'boolean' ? undefined : 'is not a JSON value';
}

/** Returns why a text cannot be stored exactly; undefined if it can. */
export function unsupportedTextReason(text: string): string | undefined {
  if (text.includes('\0')) return 'contains \\u0000, which PostgreSQL cannot store';
  return /\p{Surrogate}/u.test(text) ? 'contains a lone surrogate, which is not valid Unicode' : undefined;
}

/** Returns the error for a value that could not be returned as it was sent. */
export function jsonNotExact(pointer: string, detail: string): HavenError {
  return invalid('JSON_NOT_EXACT', pointer, detail);
}
