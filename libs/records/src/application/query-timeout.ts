import { HavenError } from '@haven/kernel';
import { missingIndexes } from '@haven/query';
import type { MissingIndex, Sort } from '@haven/query';

import type { FieldSelection } from '../domain/record-reader.js';

/**
 * If an index is missing for a query that timed out, turns the timeout into `QUERY_TOO_EXPENSIVE` and names the index:
 * without this index, the query would time out again. Leaves other timeouts unchanged, because they may be temporary.
 */
export function explainTimeout(
  error: unknown,
  { filter, sort, indexes }: FieldSelection & { readonly sort: Sort },
): unknown {
  return explainTimeoutBy(error, () => missingIndexes(filter, sort, indexes));
}

/** Like `explainTimeout`, with another way to find the missing indexes. */
export function explainTimeoutBy(error: unknown, findMissing: () => readonly MissingIndex[]): unknown {
  if (!(error instanceof HavenError && error.code === 'QUERY_TIMEOUT')) return error;
  const missing = findMissing();
  if (missing.length === 0) return error;
  const paths = [...new Set(missing.map(({ path }) => JSON.stringify(path)))];
  return new HavenError(
    'QUERY_TOO_EXPENSIVE',
    `The query exceeded database.statementTimeout. Add ${paths.join(', ')} to the collection's indexes, and retry ` +
      'when the index is ready.',
    { errors: missing.map(({ where }) => where), cause: error },
  );
}
