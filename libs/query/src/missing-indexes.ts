import type { ErrorDetail } from '@haven/kernel';

import { RANGE_OPERATORS } from './filter.js';
import type { ElementsCondition, Filter } from './filter.js';
import type { IndexDefinition } from './index-definition.js';
import { indexOrder } from './index-order.js';
import { conjuncts, indexRanges, isOnScalar } from './index-range.js';
import { pointerOf } from './parse-filter.js';
import { printField, printPath } from './path.js';
import { printSort } from './sort.js';
import type { Sort } from './sort.js';

/** A field without an index, and the place in the query that refers to it. */
export interface MissingIndex {
  readonly path: string;
  readonly where: ErrorDetail;
}

/**
 * Returns the indexes that would speed up a slow list: one for each range condition that every result must satisfy, and
 * one for the sort.
 */
export function missingIndexes(filter: Filter, sort: Sort, indexes: readonly IndexDefinition[]): MissingIndex[] {
  const all = indexes.map((index) => indexRanges(index, filter));
  const searched = new Set(
    all.flatMap(({ index, fixed }) => index.members.slice(0, fixed + 1).map(({ field }) => printField(field))),
  );
  const inFilter = rangesIn(filter).filter(({ path }) => !['$id', '$createdAt'].includes(path) && !searched.has(path));
  const [first] = sort;
  const path = printSort(sort);
  const isRead = first === undefined || /^-?\$(id|createdAt)$/.test(path) || all.some((one) => indexOrder(one, sort));
  return isRead ? inFilter : [...inFilter, missingIndex(pathOf(sort), 'SORT_WITHOUT_INDEX', '')];
}

function rangesIn(filter: Filter): MissingIndex[] {
  if (filter.kind === 'and') return filter.parts.flatMap(rangesIn);
  if (filter.kind === 'system')
    return [missingIndex(printField({ system: filter.field }), 'FILTER_WITHOUT_INDEX', pointerOf(filter))];
  if (filter.kind === 'elements') return elementRangesIn(filter);
  if (filter.kind !== 'data' || !RANGE_OPERATORS.has(filter.condition.operator)) return [];
  return [missingIndex(printPath(filter.path), 'FILTER_WITHOUT_INDEX', pointerOf(filter))];
}

/** An index on an array has entries of its scalars, but not of members of its elements. */
function elementRangesIn({ path, quantifier, filter }: ElementsCondition): MissingIndex[] {
  if (quantifier !== 'some') return [];
  return conjuncts(filter)
    .filter((part) => isOnScalar(part) && RANGE_OPERATORS.has(part.condition.operator))
    .map((part) => missingIndex(printPath(path), 'FILTER_WITHOUT_INDEX', pointerOf(part)));
}

/** Returns the paths of the index that has the order of the sort. A single field needs no direction. */
function pathOf(sort: Sort): string {
  const [only, ...others] = sort.filter(({ field }) => !('system' in field && field.system === 'id'));
  return only && others.length === 0 ? printField(only.field) : printSort(sort);
}

function missingIndex(path: string, code: string, pointer: string): MissingIndex {
  return { path, where: { code, detail: `No index on ${JSON.stringify(path)} is ready.`, pointer } };
}
