import type { JsonValue } from '@haven/kernel';

import type { FieldPath, SystemField } from './path.js';

/**
 * What a record must satisfy. Every filter is either true or false of a record, never unknown: a missing member fails
 * each condition but `_exists: false` and `_isNull: true`, and `not` turns exactly that around. No parts: `and` holds,
 * `or` does not. `parseFilter` writes `_ne` and `_nin` as `not` around `_eq` and `_in`.
 */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Filter[] }
  | { readonly kind: 'not'; readonly part: Filter }
  | DataComparison
  | SystemComparison;

/** A condition on the member of the data at `path`. */
export interface DataComparison {
  readonly kind: 'data';
  readonly path: FieldPath;
  readonly condition: Condition;
}

/** A condition on a field of the record itself. */
export interface SystemComparison {
  readonly kind: 'system';
  readonly field: SystemField;
  readonly condition: SystemCondition;
}

/** What an index of a collection serves: a range of values. Equality and containment have another index, and patterns have none. */
export const RANGE_OPERATORS: ReadonlySet<string> = new Set([
  '_gt',
  '_gte',
  '_lt',
  '_lte',
  '_startsWith',
  '_exists',
  '_isNull',
]);

export type Ordering = '_gt' | '_gte' | '_lt' | '_lte';

export type Condition =
  /** The same JSON value: 1 is 1.0, arrays are ordered, objects are not. */
  | { readonly operator: '_eq'; readonly operand: JsonValue }
  | { readonly operator: '_in'; readonly operand: readonly JsonValue[] }
  /** Numbers by value, strings by code point; a value of another type than the operand fails. */
  | { readonly operator: Ordering; readonly operand: number | string }
  /** Whether the member is there, be it null. */
  | { readonly operator: '_exists'; readonly operand: boolean }
  /** Whether the member is missing or null. */
  | { readonly operator: '_isNull'; readonly operand: boolean }
  /** `_like`: `%` any text, `_` any character, a backslash makes the next one literal. `_ilike` ignores the case of A–Z. */
  | { readonly operator: '_startsWith' | '_like' | '_ilike'; readonly operand: string }
  /** An array with this element, an array with all of these elements, or an object with these members (or an array of it). */
  | { readonly operator: '_contains'; readonly operand: JsonValue };

/** `id` as lower-case UUID, `version` as integer, times as ISO 8601 in UTC with milliseconds: each ordered by `<`. */
export type SystemCondition =
  | { readonly operator: '_eq' | Ordering; readonly operand: string | number }
  | { readonly operator: '_in'; readonly operand: readonly (string | number)[] };
