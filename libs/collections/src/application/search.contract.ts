import { Int } from '@nestjs/graphql';

import { Expose, Input, Output } from '@haven/api';
import { printPath } from '@haven/query';

import { SEARCH_LANGUAGES } from '../domain/declared-search.js';
import type { DeclaredSearch } from '../domain/declared-search.js';
import type { BuildProgress } from '../domain/index-builds.js';

const PATHS =
  'Members whose strings are searched, with all strings in their arrays and objects. The first three weigh more in the ' +
  'score, in this order.';
const LANGUAGE =
  'Language whose endings and stop words are removed from words, or `simple`, which compares whole words.';
export const SEARCH =
  'What `_search` in filters searches: the text of some members, at most `limits.searchPaths`. The index is built in ' +
  'the background. Null, the default, searches nothing.';

/** The search of a collection, as a client sets it. */
@Input('SearchSettings', 'What a collection searches. A search as it was read is accepted too.')
export class SearchInput {
  @Expose(PATHS, { as: [String], schema: { minItems: 1, example: ['title', 'body'] } })
  paths!: string[];

  @Expose(LANGUAGE, {
    as: String,
    optional: true,
    nullable: true,
    schema: { enum: [...SEARCH_LANGUAGES, null], default: 'simple' },
  })
  language?: string | null;

  @Expose('Ignored.', { as: String, optional: true, nullable: true })
  state?: string | null;

  @Expose('Ignored.', { as: Int, optional: true, nullable: true })
  done?: number | null;

  @Expose('Ignored.', { as: Int, optional: true, nullable: true })
  total?: number | null;
}

/** The search of a collection, and the state of its index. */
@Output('CollectionSearch', 'What a collection searches.')
export class SearchView {
  @Expose(PATHS, { as: [String], schema: { example: ['title', 'body'] } })
  paths: string[];

  @Expose(LANGUAGE, { schema: { enum: SEARCH_LANGUAGES } })
  language: string;

  @Expose('State of the index: `building`, or `ready` to be used in filters.', {
    schema: { enum: ['building', 'ready'] },
  })
  state: string;

  @Expose('Number of records that the index contains already; only while it is being built.', {
    as: Int,
    optional: true,
  })
  done?: number;

  @Expose('Number of records that the collection had when the build started; only while the index is being built.', {
    as: Int,
    optional: true,
  })
  total?: number;

  constructor({ paths, language, state }: DeclaredSearch, progress?: BuildProgress) {
    this.paths = paths.map(printPath);
    this.language = language;
    this.state = state;
    if (state !== 'building' || !progress) return;
    this.done = progress.done;
    if (progress.total !== null) this.total = progress.total;
  }
}
