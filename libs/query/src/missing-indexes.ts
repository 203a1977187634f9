import type { ErrorDetail } from '@haven/kernel';

import { RANGE_OPERATORS } from './filter.js';
import type { Filter } from './filter.js';
import { pointerOf } from './parse-filter.js';
import { printField } from './path.js';
import type { Field } from './path.js';
import type { Sort } from './sort.js';

/** A field without an index, and the place in the query that refers to it. */
export interface MissingIndex {
  readonly path: string;
  readonly where: ErrorDetail;
}

/**
 * Returns the indexes that would speed up a slow list: one for each range condition that every result must satisfy, and
 * one for the first sort field.
 */
export function missingIndexes(filter: Filter, sort: Sort, indexed: readonly string[]): MissingIndex[] {
  const isMissing = ({ path }: MissingIndex) => !['$id', '$createdAt', ...indexed].includes(path);
  const [first] = sort;
  return [...inFilter(filter), ...(first ? [inSort(first.field)] : [])].filter(isMissing);
}

function inFilter(filter: Filter): MissingIndex[] {
  if (filter.kind === 'and') return filter.parts.flatMap(inFilter);
  if (filter.kind === 'system')
    return [missingIndex({ system: filter.field }, 'FILTER_WITHOUT_INDEX', pointerOf(filter))];
  if (filter.kind !== 'data' || !RANGE_OPERATORS.has(filter.condition.operator)) return [];
  return [missingIndex(filter, 'FILTER_WITHOUT_INDEX', pointerOf(filter))];
}

function inSort(field: Field): MissingIndex {
  return missingIndex(field, 'SORT_WITHOUT_INDEX', '');
}

function missingIndex(field: Field, code: string, pointer: string): MissingIndex {
  const path = printField(field);
  return { path, where: { code, detail: `No index on ${JSON.stringify(path)} is ready.`, pointer } };
}
