import type { Filter } from './filter.js';
import { pointerOf } from './parse-filter.js';
import type { FieldPath } from './path.js';
import { sortPointerOf } from './sort.js';
import type { Sort } from './sort.js';

/**
 * A member of the data to which a query refers, and the JSON Pointer into the filter, the sort or the aggregate at
 * which it does.
 */
export interface UsedPath {
  /** The path of the member. If the member is in an element of an array, the path starts at the element. */
  readonly path: FieldPath;
  /**
   * The paths of the arrays around the member, from the root of the data inwards. Each starts at an element of the
   * last.
   */
  readonly arrays: readonly FieldPath[];
  /** Whether the query asks for an array at the path. */
  readonly isArray: boolean;
  readonly code: 'FILTER_INVALID' | 'SORT_INVALID' | 'AGGREGATE_INVALID';
  readonly pointer: string;
}

/** Returns the members of the data to which a filter and a sort refer. */
export function pathsOf(filter: Filter, sort: Sort): UsedPath[] {
  return [
    ...pathsInFilter(filter, []),
    ...sort.flatMap(({ field }): UsedPath[] =>
      'path' in field
        ? [{ path: field.path, arrays: [], isArray: false, code: 'SORT_INVALID', pointer: sortPointerOf(field) }]
        : [],
    ),
  ];
}

function pathsInFilter(filter: Filter, arrays: readonly FieldPath[]): UsedPath[] {
  const used = (path: FieldPath, isArray: boolean): UsedPath => ({
    ...{ path, arrays, isArray },
    code: 'FILTER_INVALID',
    pointer: pointerOf(filter),
  });
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.parts.flatMap((part) => pathsInFilter(part, arrays));
    case 'not':
      return pathsInFilter(filter.part, arrays);
    case 'data':
      return [used(filter.path, false)];
    case 'elements':
      return [used(filter.path, true), ...pathsInFilter(filter.filter, [...arrays, filter.path])];
    case 'size':
      return [used(filter.path, true)];
    case 'system':
    case 'search':
      return [];
  }
}
