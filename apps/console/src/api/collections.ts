import { queryOptions, useQuery } from '@tanstack/react-query';
import type { UseQueryResult } from '@tanstack/react-query';

import type { HavenClient } from 'haven-records';
import type { AnySchema } from 'haven-records';

import { useSession } from '../session/session.js';
import { allPages } from './all-pages.js';
import { collectionApiPath } from './paths.js';
import type { CollectionView } from './types.js';

/** Reads all collections of the tenant. */
export function collectionsQuery(haven: HavenClient<AnySchema>) {
  return queryOptions({
    queryKey: ['collections'],
    queryFn: ({ signal }) =>
      allPages<CollectionView>(haven, { path: '/api/v1/collections' }, signal, Number.POSITIVE_INFINITY),
  });
}

/** Reads a collection. */
function collectionQuery(haven: HavenClient<AnySchema>, name: string) {
  return queryOptions({
    queryKey: ['collections', name],
    queryFn: ({ signal }) =>
      haven.request<CollectionView>({ method: 'GET', path: collectionApiPath(name) }, { signal }),
  });
}

export function useCollections(): UseQueryResult<CollectionView[]> {
  return useQuery(collectionsQuery(useSession().haven));
}

export function useCollection(name: string): UseQueryResult<CollectionView> {
  return useQuery(collectionQuery(useSession().haven, name));
}
