import { isJsonObject } from '@haven/kernel';
import type { JsonValue } from '@haven/kernel';

import { foldCase } from './case-folding.js';
import { firstCodePoints } from './code-points.js';
import type { ValueType } from './index-definition.js';
import { parseInstant } from './instant.js';

/**
 * The key by which a value is sorted. Two keys are compared component by component. `rank` orders the types: missing 0,
 * null 1, boolean 2, number 3, string 4, array 5, object 6. `number` is the value of a number, or 0 or 1 for a boolean.
 * `text` is the first 256 characters of a string. Components that a type does not use are 0 or empty, so all arrays are
 * equal, and so are all objects.
 *
 * If strings are compared as instants, `number` is the seconds and `text` the nanoseconds with ten digits; strings that
 * are no date-times come last. If their case is ignored, `text` is folded.
 */
export type SortKey = readonly [rank: number, number: number, text: string];

/** Number of characters by which strings are sorted. Strings with the same first 256 characters are equal in a sort. */
export const sortKeyCharacters = 256;

/** The `number` of strings that are no date-times: greater than the seconds of any instant. */
const noInstant = 1e300;

/** Returns the sort key of a JSON value, or of a missing member (undefined). */
export function sortKey(value: JsonValue | undefined, as?: ValueType): SortKey {
  if (value === undefined) return [0, 0, ''];
  if (value === null) return [1, 0, ''];
  if (typeof value === 'boolean') return [2, value ? 1 : 0, ''];
  if (typeof value === 'number') return [3, value, ''];
  if (typeof value === 'string') return stringKey(value, as);
  return [isJsonObject(value) ? 6 : 5, 0, ''];
}

function stringKey(value: string, as: ValueType | undefined): SortKey {
  const instant = as === 'dateTime' ? parseInstant(value) : null;
  if (instant) return [4, instant.seconds, String(instant.nanos).padStart(10, '0')];
  const text = firstCodePoints(value, sortKeyCharacters);
  return [4, as === 'dateTime' ? noInstant : 0, as === 'caseless' ? foldCase(text) : text];
}
