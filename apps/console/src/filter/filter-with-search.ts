import type { Data } from '../api/types.js';

/** Returns a filter with a search in it. */
export function filterWithSearch({ filter, search }: { filter: Data; search: string }): Data {
  if (search.trim() === '') return filter;
  return Object.hasOwn(filter, '_search') ? { _and: [filter, { _search: search }] } : { ...filter, _search: search };
}
