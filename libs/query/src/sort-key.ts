import { isJsonObject } from '@haven/kernel';
import type { JsonValue } from '@haven/kernel';

import { firstCodePoints } from './code-points.js';

/**
 * What a value is sorted by; keys compare member by member. The rank orders the types: missing 0, null 1, boolean 2,
 * number 3, string 4, array 5, object 6; the number is the value itself or 0 and 1 for booleans; the text is the first
 * 256 characters. What a type has no use for is 0 or empty, so arrays tie, and so do objects.
 */
export type SortKey = readonly [rank: number, number: number, text: string];

/** Strings that agree in this many characters sort as equals. */
export const sortKeyCharacters = 256;

/** The sort key of a JSON value, or of a missing member. */
export function sortKey(value: JsonValue | undefined): SortKey {
  if (value === undefined) return [0, 0, ''];
  if (value === null) return [1, 0, ''];
  if (typeof value === 'boolean') return [2, value ? 1 : 0, ''];
  if (typeof value === 'number') return [3, value, ''];
  if (typeof value === 'string') return [4, 0, firstCodePoints(value, sortKeyCharacters)];
  return [isJsonObject(value) ? 6 : 5, 0, ''];
}
