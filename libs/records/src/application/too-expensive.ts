import { HavenError } from '@haven/kernel';

import type { Filter } from '../domain/query/filter.js';
import { missingIndexes } from '../domain/query/missing-indexes.js';
import type { Sort } from '../domain/query/sort.js';

/**
 * What a query failed with, for its caller: one that took too long for want of an index will do so again, and says which; any other
 * timeout may pass and stays as it is.
 */
export function explainTimeout(
  error: unknown,
  { filter, sort }: { filter: Filter; sort: Sort },
  indexed: readonly string[],
): unknown {
  if (!(error instanceof HavenError && error.code === 'QUERY_TIMEOUT')) return error;
  const missing = missingIndexes(filter, sort, indexed);
  if (missing.length === 0) return error;
  const paths = [...new Set(missing.map(({ path }) => JSON.stringify(path)))];
  return new HavenError(
    'QUERY_TOO_EXPENSIVE',
    `The query passed database.statementTimeout. Add ${paths.join(', ')} to the collection's indexes, and ask again when the index is ready.`,
    { errors: missing.map(({ where }) => where), cause: error },
  );
}
