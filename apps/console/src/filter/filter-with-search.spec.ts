import { describe, expect, it } from 'vitest';

import { filterWithSearch } from './filter-with-search.js';

describe('filterWithSearch', () => {
  it('adds the search beside the conditions', () => {
    expect(filterWithSearch({ filter: { year: 1995 }, search: 'heat' })).toEqual({ year: 1995, _search: 'heat' });
    expect(filterWithSearch({ filter: { _search: 'a' }, search: 'b' })).toEqual({
      _and: [{ _search: 'a' }, { _search: 'b' }],
    });
    expect(filterWithSearch({ filter: { year: 1995 }, search: '  ' })).toEqual({ year: 1995 });
  });
});
