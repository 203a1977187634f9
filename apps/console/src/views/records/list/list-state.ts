import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'wouter';

import type { Data } from '../../../api/types.js';
import { filterWithSearch } from '../../../filter/filter-with-search.js';
import { isObject } from '../../../values/diff.js';
import { jsonOf } from '../../../values/parse-json.js';
import { parseSort, printSort } from '../columns/sort.js';
import type { SortField } from '../columns/sort.js';

/** Which records the grid lists, and in which order. */
export interface ListState {
  filter: Data;
  sort: readonly SortField[];
  search: string;
  /** The time whose records are listed; null for the current ones. */
  asOf: string | null;
}

/** Returns the state of the list, which is a part of the URL, and a function that changes parts of it. */
export function useListState(): [ListState, (change: Partial<ListState>) => void] {
  const [params, setParams] = useSearchParams();
  const text = params.toString();
  const state = useMemo(() => readState(new URLSearchParams(text)), [text]);
  const change = useCallback(
    (part: Partial<ListState>) =>
      setParams((current) => writeState({ ...readState(current), ...part }), { replace: 'asOf' in part }),
    [setParams],
  );
  return [state, change];
}

/** Reads the state from the parameters of a URL. A part that is not valid is left out. */
export function readState(params: URLSearchParams): ListState {
  const filter = jsonOf(params.get('filter') ?? '');
  return {
    filter: isObject(filter) ? filter : {},
    sort: parseSort(params.get('sort') ?? ''),
    search: params.get('search') ?? '',
    asOf: params.get('asOf'),
  };
}

export function writeState({ filter, sort, search, asOf }: ListState): URLSearchParams {
  const params = new URLSearchParams();
  if (Object.keys(filter).length > 0) params.set('filter', JSON.stringify(filter));
  if (sort.length > 0) params.set('sort', printSort(sort));
  if (search !== '') params.set('search', search);
  if (asOf !== null) params.set('asOf', asOf);
  return params;
}

/** Returns the path of the view that groups the records of a list. The search becomes a part of the filter there. */
export function askPath(collection: string, state: ListState): string {
  const params = writeState({ ...state, filter: filterWithSearch(state), sort: [], search: '' });
  return `/ask?${new URLSearchParams([['collection', collection], ...params])}`;
}
