import type { JsonValue } from '@haven/kernel';

import type { ValueType } from './index-definition.js';
import type { FieldPath, SystemField } from './path.js';

/**
 * A condition on records. A filter is always true or false for a record, never unknown as with NULL in SQL: a missing
 * member fails every condition except `_exists: false` and `_isNull: true`, and `not` inverts the result. An empty
 * `and` is true, an empty `or` is false. `parseFilter` represents `_ne` and `_nin` as `not` around `_eq` and `_in`.
 */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Filter[] }
  | { readonly kind: 'not'; readonly part: Filter }
  | DataComparison
  | ElementsCondition
  | SizeCondition
  | SystemComparison
  | SearchCondition;

/** Whether a filter is `{}`, which every record matches. */
export function isEmptyFilter(filter: Filter): boolean {
  return filter.kind === 'and' && filter.parts.length === 0;
}

/** A condition on the member of the data at `path`. */
export interface DataComparison {
  readonly kind: 'data';
  readonly path: FieldPath;
  readonly condition: Condition;
}

/**
 * A condition on the elements of the array at `path`: `some` is true if at least one element satisfies the filter,
 * `every` if all of them do, so also for an empty array. Both are false if there is no array at the path. Paths in the
 * filter start at the element, and the empty path is the element itself; the filter has no conditions on system fields.
 * `parseFilter` represents `_none` as `not` around `some`.
 */
export interface ElementsCondition {
  readonly kind: 'elements';
  readonly path: FieldPath;
  readonly quantifier: 'some' | 'every';
  readonly filter: Filter;
}

/** A condition on the number of elements of the array at `path`. False if there is no array at the path. */
export interface SizeCondition {
  readonly kind: 'size';
  readonly path: FieldPath;
  readonly condition: SizeComparison;
}

/** A condition on a system field of the record. */
export interface SystemComparison {
  readonly kind: 'system';
  readonly field: SystemField;
  readonly condition: SystemCondition;
}

/**
 * A condition on the text of a record, which only the database evaluates, by the search index of the record's
 * collection. A record satisfies it if its text has all terms that are not excluded, and none of those that are. At
 * least one term is not excluded.
 */
export interface SearchCondition {
  readonly kind: 'search';
  readonly index: SearchIndex;
  readonly terms: readonly SearchTerm[];
}

/**
 * A term of a search as the client wrote it. The search index splits its text into words, as it does with documents.
 */
export interface SearchTerm {
  readonly text: string;
  /** The words of a phrase follow each other. The last word of a prefix is the beginning of a word. */
  readonly as: 'word' | 'prefix' | 'phrase';
  readonly excluded: boolean;
}

/** The search index of a collection. */
export interface SearchIndex {
  /** Unique in the database. An index on other paths or in another language has another id. */
  readonly id: number;
  readonly collectionId: number;
  /** A text search configuration of PostgreSQL. */
  readonly language: string;
  readonly paths: readonly FieldPath[];
}

/**
 * Operators that need a declared index to find few matches. Without one, `_eq`, `_in` and `_contains` use the index of
 * all documents, also inside `some`; `_like`, `_ilike`, `every` and conditions on sizes use no index.
 */
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

/** A condition on a value. Without `as`, values are compared as JSON. */
export type Condition = (JsonCondition & { readonly as?: undefined }) | TypedCondition;

/** A condition that compares strings by their type. Other values, and strings that do not have the type, fail it. */
export type TypedCondition =
  /** The operands are RFC 3339 date-times, or folded with `foldCase`. */
  | { readonly operator: '_eq' | Ordering; readonly operand: string; readonly as: ValueType }
  | { readonly operator: '_in'; readonly operand: readonly string[]; readonly as: ValueType }
  | { readonly operator: '_startsWith'; readonly operand: string; readonly as: 'caseless' };

type JsonCondition =
  /**
   * True if the values are equal as JSON: 1 equals 1.0; the order of array elements matters, the order of object
   * members does not.
   */
  | { readonly operator: '_eq'; readonly operand: JsonValue }
  | { readonly operator: '_in'; readonly operand: readonly JsonValue[] }
  /** Compares numbers by value and strings by code point. False if the types of the value and the operand differ. */
  | { readonly operator: Ordering; readonly operand: number | string }
  /** Whether the member exists, even if it is null. */
  | { readonly operator: '_exists'; readonly operand: boolean }
  /** Whether the member is missing or null. */
  | { readonly operator: '_isNull'; readonly operand: boolean }
  /**
   * `_like`: `%` matches any text, `_` any character, a backslash escapes the next one. `_ilike` does the same, after
   * folding the case of the text and the pattern with `foldCase`.
   */
  | { readonly operator: '_startsWith' | '_like' | '_ilike'; readonly operand: string }
  /**
   * True if the member is an array that contains the operand or, if the operand is an array, each of its elements. If
   * the operand is an object, also true if the member is an object that contains the operand's members. `jsonContains`
   * defines how nested values are compared.
   */
  | { readonly operator: '_contains'; readonly operand: JsonValue };

/** Compares a number of elements. The operands are whole numbers that are not negative. */
export type SizeComparison =
  | { readonly operator: '_eq' | Ordering; readonly operand: number }
  | { readonly operator: '_in'; readonly operand: readonly number[] };

/**
 * A condition on a system field. Operands are normalized so that `<` orders them: `id` as a lower-case UUID, `version`
 * as an integer, times as ISO 8601 in UTC with milliseconds.
 */
export type SystemCondition =
  | { readonly operator: '_eq' | Ordering; readonly operand: string | number }
  | { readonly operator: '_in'; readonly operand: readonly (string | number)[] };
