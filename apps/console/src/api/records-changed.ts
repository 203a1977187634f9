import type { QueryClient } from '@tanstack/react-query';

/** Reads again what all views show, after the user has changed records, because any of them may show these. */
export async function readAgain(queries: QueryClient): Promise<void> {
  await Promise.all([
    resetCounts(queries),
    queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'caller' }),
  ]);
}

/** Reads again the lists, counts and samples of a collection. */
export async function readCollectionAgain(queries: QueryClient, collection: string): Promise<void> {
  await Promise.all([
    resetCounts(queries, collection),
    queries.invalidateQueries({ queryKey: ['records', collection] }),
  ]);
}

/**
 * Removes the counts of a collection, or of all. A list counts its records only when the user asks for it, so the query
 * is disabled. If it were only invalidated, the old count would stay.
 */
export async function resetCounts(queries: QueryClient, collection?: string): Promise<void> {
  await queries.resetQueries({
    predicate: ({ queryKey: [resource, name, kind] }) =>
      resource === 'records' && kind === 'count' && (collection === undefined || name === collection),
  });
}
