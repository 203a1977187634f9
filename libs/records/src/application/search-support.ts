import type { CollectionSnapshot } from '@haven/collections';
import { HavenError } from '@haven/kernel';
import { noSearch } from '@haven/query';
import type { SearchLimits, SearchSupport } from '@haven/query';

/** Seconds after which a client may try again, while the search index is being built. */
const RETRY_SECONDS = 1;

/**
 * Returns how `_search` is read in filters of a collection, now or as of a moment. It is refused with `FILTER_INVALID`
 * if nothing can be searched, and with `SEARCH_BUILDING` until the index is ready.
 */
export function searchSupport(
  { id, name, search }: CollectionSnapshot,
  limits: SearchLimits,
  asOf: string | null | undefined,
): SearchSupport {
  if (asOf != null)
    return noSearch('cannot be combined with asOf, because only the current text of records is indexed');
  const collection = JSON.stringify(name);
  if (!search)
    return noSearch(
      `needs the setting \`search\` of the collection ${collection}, such as {"paths": ["title"]}, which it does not have`,
    );
  if (search.state === 'ready')
    return { index: { id: search.id, collectionId: id, language: search.language, paths: search.paths }, limits };
  const detail = `The search index of the collection ${collection} is being built; \`search\` of the collection has the progress.`;
  return { refusal: () => new HavenError('SEARCH_BUILDING', detail, { retryAfter: RETRY_SECONDS }) };
}
