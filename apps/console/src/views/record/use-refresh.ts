import { useQueryClient } from '@tanstack/react-query';

/** Returns a function that reads again all that shows a record, after it was changed. */
export function useRefresh(collection: string, id: string): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    await Promise.all([
      queries.invalidateQueries({ queryKey: ['record', collection, id] }),
      queries.invalidateQueries({ queryKey: ['records', collection] }),
    ]);
  };
}
