import { isJsonObject } from '@haven/kernel';
import type { JsonValue } from '@haven/kernel';

import { firstCodePoints } from './code-points.js';

/**
 * The key by which a value is sorted. Two keys are compared component by component. `rank` orders the types: missing 0,
 * null 1, boolean 2, number 3, string 4, array 5, object 6. `number` is the value of a number, or 0 or 1 for a boolean.
 * `text` is the first 256 characters of a string. Components that a type does not use are 0 or empty, so all arrays are
 * equal, and so are all objects.
 */
export type SortKey = readonly [rank: number, number: number, text: string];

/** Number of characters by which strings are sorted. Strings with the same first 256 characters are equal in a sort. */
export const sortKeyCharacters = 256;

/** Returns the sort key of a JSON value, or of a missing member (undefined). */
export function sortKey(value: JsonValue | undefined): SortKey {
  if (value === undefined) return [0, 0, ''];
  if (value === null) return [1, 0, ''];
  if (typeof value === 'boolean') return [2, value ? 1 : 0, ''];
  if (typeof value === 'number') return [3, value, ''];
  if (typeof value === 'string') return [4, 0, firstCodePoints(value, sortKeyCharacters)];
  return [isJsonObject(value) ? 6 : 5, 0, ''];
}
