import { useQueryClient } from '@tanstack/react-query';

import { readCollectionAgain } from '../../api/records-changed.js';

/** Returns a function that reads again all that shows a record, after it was changed. */
export function useRefresh(collection: string, id: string): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    await Promise.all([
      queries.invalidateQueries({ queryKey: ['record', collection, id] }),
      readCollectionAgain(queries, collection),
    ]);
  };
}
