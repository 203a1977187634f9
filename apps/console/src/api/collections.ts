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

/** Reads the collections that the caller may see. Nothing is read if it may see none. */
export function useCollections(): UseQueryResult<CollectionView[]> {
  const { haven, maySee } = useSession();
  return useQuery({ ...collectionsQuery(haven), enabled: maySee() });
}

/** Reads a collection, unless the caller may not see it. */
export function useCollection(name: string): UseQueryResult<CollectionView> {
  const { haven, maySee } = useSession();
  return useQuery({ ...collectionQuery(haven, name), enabled: maySee(name) });
}

/** Returns the names of collections that the caller can choose from, as far as they are known. */
export function useCollectionNames(): string[] {
  const { caller } = useSession();
  const { data } = useCollections();
  // A key can be restricted to collections that it may not see, and to some that do not exist yet.
  return data?.map(({ name }) => name) ?? caller.collections ?? [];
}
