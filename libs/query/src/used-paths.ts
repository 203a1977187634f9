import type { Filter } from './filter.js';
import { pointerOf } from './parse-filter.js';
import type { FieldPath } from './path.js';
import { sortPointerOf } from './sort.js';
import type { Sort } from './sort.js';

/** A member of the data to which a query refers, and the JSON Pointer into the filter or the sort at which it does. */
export interface UsedPath {
  readonly path: FieldPath;
  readonly code: 'FILTER_INVALID' | 'SORT_INVALID';
  readonly pointer: string;
}

/** Returns the members of the data to which a filter and a sort refer. */
export function pathsOf(filter: Filter, sort: Sort): UsedPath[] {
  return [
    ...pathsInFilter(filter),
    ...sort.flatMap(({ field }): UsedPath[] =>
      'path' in field ? [{ path: field.path, code: 'SORT_INVALID', pointer: sortPointerOf(field) }] : [],
    ),
  ];
}

function pathsInFilter(filter: Filter): UsedPath[] {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.parts.flatMap(pathsInFilter);
    case 'not':
      return pathsInFilter(filter.part);
    case 'data':
      return [{ path: filter.path, code: 'FILTER_INVALID', pointer: pointerOf(filter) }];
    case 'system':
    case 'search':
      return [];
  }
}
