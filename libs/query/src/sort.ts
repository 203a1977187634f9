import { invalid, limitExceeded, pointerTo } from '@haven/kernel';

import type { ValueType } from './index-definition.js';
import type { QueryLimits } from './limits.js';
import { parseField, printField, splitUnescaped } from './path.js';
import type { Field } from './path.js';

/** One field to sort by. */
export interface SortTerm {
  readonly field: Field;
  readonly direction: 'ascending' | 'descending';
  /** How strings are compared; as text if undefined. */
  readonly as?: ValueType;
}

/** JSON Pointer of each field that `parseSort` has read. */
const pointers = new WeakMap<Field, string>();

/** Returns the JSON Pointer at which `parseSort` read a field. */
export function sortPointerOf(field: Field): string {
  return pointers.get(field) ?? '';
}

/** A sort order that is total: the record's id is always one of the terms, so no two records are equal. */
export type Sort = readonly SortTerm[];

/**
 * Parses a sort: comma-separated fields, where a leading `-` means descending order. Fields are written as in a filter,
 * except that a comma or a leading `-` in a name must be escaped with a backslash. If the record's id is not among the
 * fields, it is added as the last one, in the direction of the field before it. An empty sort means newest first.
 * Throws `SORT_INVALID` for a malformed sort, with a pointer to the item if the sort is a list.
 */
export function parseSort(sort: string | readonly string[] | undefined, limits: QueryLimits): Sort {
  const terms: SortTerm[] = [];
  for (const { text, pointer } of items(sort)) {
    const term = parseTerm(text, pointer);
    if (terms.some((other) => printField(other.field) === printField(term.field))) {
      throw invalid('SORT_INVALID', pointer, `names "${printField(term.field)}" twice; each field may occur only once`);
    }
    if (terms.length === limits.sortFields) throw limitExceeded('limits.sortFields', limits.sortFields, pointer);
    terms.push(term);
  }
  return withTieBreaker(terms);
}

/**
 * Prints a sort canonically, omitting the id if `parseSort` would add it. `parseSort` reads the result as the same
 * sort.
 */
export function printSort(sort: Sort): string {
  const last = sort.at(-1);
  const implied = last && isId(last) && sort.at(-2)?.direction === last.direction;
  const written = implied ? sort.slice(0, -1) : sort;
  return written.map(({ field, direction }) => (direction === 'descending' ? '-' : '') + printField(field)).join(',');
}

/** Returns the reverse order. */
export function reversed(sort: Sort): Sort {
  return sort.map(({ field, direction }) => ({
    field,
    direction: direction === 'ascending' ? 'descending' : 'ascending',
  }));
}

function items(sort: string | readonly string[] | undefined): { text: string; pointer: string }[] {
  if (sort === undefined || sort.length === 0) return [{ text: '-$createdAt', pointer: '' }];
  if (typeof sort === 'string') return splitUnescaped(sort, ',').map((text) => ({ text, pointer: '' }));
  return sort.flatMap((item, index) =>
    splitUnescaped(item, ',').map((text) => ({ text, pointer: pointerTo('', index) })),
  );
}

function parseTerm(text: string, pointer: string): SortTerm {
  const descending = text.startsWith('-');
  const field = parseField(descending ? text.slice(1) : text, { code: 'SORT_INVALID', pointer });
  pointers.set(field, pointer);
  return { field, direction: descending ? 'descending' : 'ascending' };
}

function withTieBreaker(terms: SortTerm[]): Sort {
  if (terms.some(isId)) return terms;
  return [...terms, { field: { system: 'id' }, direction: terms.at(-1)?.direction ?? 'descending' }];
}

function isId({ field }: SortTerm): boolean {
  return 'system' in field && field.system === 'id';
}
