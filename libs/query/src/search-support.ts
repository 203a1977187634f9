import { HavenError, invalid } from '@haven/kernel';

import type { SearchIndex } from './filter.js';

/** Limits on the searches in one filter, from the `limits` section of the configuration. */
export interface SearchLimits {
  /** Maximum number of terms in all searches of the filter together. */
  readonly searchTerms: number;
  /** Maximum length of the text of a search, in characters. */
  readonly searchLength: number;
}

/** How a filter's `_search` is read: for an index, or never. */
export type SearchSupport =
  | { readonly index: SearchIndex; readonly limits: SearchLimits }
  /** Returns the error for a `_search` at a JSON Pointer. */
  | { readonly refusal: (pointer: string) => HavenError };

/** Refuses `_search` with `FILTER_INVALID`. `reason` follows the pointer, as in "is possible only in …". */
export function noSearch(reason: string): SearchSupport {
  return { refusal: (pointer) => invalid('FILTER_INVALID', pointer, reason) };
}
