import { queryOptions, useQuery } from '@tanstack/react-query';
import type { UseQueryResult } from '@tanstack/react-query';

import type { HavenClient } from 'haven-records';
import type { AnySchema } from 'haven-records';

import { useSession } from '../session/session.js';
import type { CollectionView, Page } from './types.js';

/** Number of collections per request; the most that Haven returns. */
const PAGE = 500;

/** Reads all collections of the tenant. */
export function collectionsQuery(haven: HavenClient<AnySchema>) {
  return queryOptions({
    queryKey: ['collections'],
    queryFn: async ({ signal }) => {
      const all: CollectionView[] = [];
      let after: string | undefined;
      do {
        const query = { limit: PAGE, after };
        const page = await haven.request<Page<CollectionView>>(
          { method: 'GET', path: '/api/v1/collections', query },
          { signal },
        );
        all.push(...page.items);
        after = page.nextCursor ?? undefined;
      } while (after !== undefined);
      return all;
    },
  });
}

/** Reads a collection. */
function collectionQuery(haven: HavenClient<AnySchema>, name: string) {
  return queryOptions({
    queryKey: ['collections', name],
    queryFn: ({ signal }) =>
      haven.request<CollectionView>(
        { method: 'GET', path: `/api/v1/collections/${encodeURIComponent(name)}` },
        { signal },
      ),
  });
}

export function useCollections(): UseQueryResult<CollectionView[]> {
  return useQuery(collectionsQuery(useSession().haven));
}

export function useCollection(name: string): UseQueryResult<CollectionView> {
  return useQuery(collectionQuery(useSession().haven, name));
}
