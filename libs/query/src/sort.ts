import { invalid, limitExceeded } from '@haven/kernel';

import { printMember } from './index-definition.js';
import type { ValueType } from './index-definition.js';
import type { QueryLimits } from './limits.js';
import { parseField, printField } from './path.js';
import type { Field } from './path.js';
import { looksLikeJson, sortItems } from './sort-item.js';
import type { SortInput, SortItem } from './sort-item.js';

/** One field to sort by. */
export interface SortTerm {
  readonly field: Field;
  readonly direction: 'ascending' | 'descending';
  /** How strings are compared; by code point if it is undefined. */
  readonly as?: ValueType;
}

/** The default order: newest first. */
const NEWEST_FIRST: Sort = [
  { field: { system: 'createdAt' }, direction: 'descending' },
  { field: { system: 'id' }, direction: 'descending' },
];

/** The score of a record in a search, by which a list can be sorted: see `parseOrder`. */
export const SCORE = '$score';

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
 * except that a comma or a leading `-` in a name must be escaped with a backslash. A list may also contain objects such
 * as `{"path": "-due", "type": "dateTime"}`; in a text, such a list is written as JSON. If the record's id is not among
 * the fields, it is added as the last one, in the direction of the field before it. An empty sort means newest first.
 * Throws `SORT_INVALID` for a malformed sort, with a pointer to the item if the sort is a list.
 */
export function parseSort(sort: SortInput | undefined, limits: QueryLimits): Sort {
  if (sort === undefined || sort.length === 0) return NEWEST_FIRST;
  const terms: SortTerm[] = [];
  for (const item of sortItems(sort)) {
    const { pointer } = item;
    const term = parseTerm(item);
    if (terms.some((other) => printField(other.field) === printField(term.field) && other.as === term.as)) {
      throw invalid('SORT_INVALID', pointer, `names "${printField(term.field)}" twice; each field may occur only once`);
    }
    if (terms.length === limits.sortFields) throw limitExceeded('limits.sortFields', limits.sortFields, pointer);
    terms.push(term);
  }
  return withTieBreaker(terms);
}

/** Printed sorts. A list prints its sort several times, and most lists have the default one. */
const printedSorts = new WeakMap<Sort, string>();

/**
 * Prints a sort canonically, omitting the id if `parseSort` would add it. `parseSort` reads the result as the same
 * sort.
 */
export function printSort(sort: Sort): string {
  const known = printedSorts.get(sort);
  if (known !== undefined) return known;
  const text = print(sort);
  printedSorts.set(sort, text);
  return text;
}

/** Returns the reverse order. */
export function reversed(sort: Sort): Sort {
  return sort.map((term) => ({ ...term, direction: term.direction === 'ascending' ? 'descending' : 'ascending' }));
}

function print(sort: Sort): string {
  const last = sort.at(-1);
  const implied = last && isId(last) && sort.at(-2)?.direction === last.direction;
  const written = implied ? sort.slice(0, -1) : sort;
  const printed = written.map(printMember);
  if (written.some(({ as }) => as))
    return `[${printed.map((one, index) => printTyped(one, written[index]?.as)).join(',')}]`;
  const text = printed.join(',');
  return looksLikeJson(text) ? `\\${text}` : text;
}

/** Prints a field with its type; `printed` includes the direction. */
function printTyped(printed: string, as: ValueType | undefined): string {
  if (!as) return JSON.stringify(printed);
  return JSON.stringify({ path: printed, ...(as === 'dateTime' ? { type: as } : { caseless: true }) });
}

function parseTerm({ text, as, pointer }: SortItem): SortTerm {
  const descending = text.startsWith('-');
  if (text.replace(/^-/, '') === SCORE)
    throw invalid('SORT_INVALID', pointer, `"${SCORE}" can only be the whole sort of a list that has a _search`);
  const field = parseField(descending ? text.slice(1) : text, { code: 'SORT_INVALID', pointer });
  if (as && 'system' in field)
    throw invalid('SORT_INVALID', pointer, `must not have a type: $${field.system} is always compared by its own type`);
  pointers.set(field, pointer);
  return { field, direction: descending ? 'descending' : 'ascending', ...(as && { as }) };
}

function withTieBreaker(terms: SortTerm[]): Sort {
  if (terms.some(isId)) return terms;
  return [...terms, { field: { system: 'id' }, direction: terms.at(-1)?.direction ?? 'descending' }];
}

function isId({ field }: SortTerm): boolean {
  return 'system' in field && field.system === 'id';
}
