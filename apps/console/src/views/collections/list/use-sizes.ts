import { useQueries, useQuery } from '@tanstack/react-query';

import type { components } from '../../../api/openapi.js';
import type { CollectionView } from '../../../api/types.js';
import { useSession } from '../../../session/session.js';

/** How much a collection contains. */
export interface CollectionSize {
  records: number;
  /** Whether the number of records is an estimate. */
  isEstimate: boolean;
  /** Bytes of all versions; undefined if the caller may not know. */
  bytes?: number;
}

/** Most collections whose records are counted one by one, because the overview does not have them. */
const COUNTED = 50;

/** Returns the sizes of collections by name: of the largest ones from the overview, and estimates for the others. */
export function useSizes(collections: readonly CollectionView[]): ReadonlyMap<string, CollectionSize> {
  const { haven, may } = useSession();
  const stats = useQuery({
    queryKey: ['stats', 'collections'],
    queryFn: ({ signal }) =>
      haven.request<components['schemas']['Stats']>({ method: 'GET', path: '/api/v1/stats' }, { signal }),
    enabled: may('stats:read'),
    refetchInterval: 10_000,
  });
  const largest = stats.data?.storage.largest ?? [];
  const sizes = new Map<string, CollectionSize>();
  for (const { name, records, bytes } of largest) sizes.set(name, { records, bytes, isEstimate: false });
  const isKnown = stats.data !== undefined || stats.isError || !may('stats:read');
  const others = isKnown ? collections.filter(({ name }) => !sizes.has(name) && may('records:read', name)) : [];
  const counts = useQueries({
    queries: others.slice(0, COUNTED).map(({ name }) => ({
      queryKey: ['records', name, 'estimate'],
      queryFn: async ({ signal }: { signal: AbortSignal }) =>
        await haven.collection(name).list({ limit: 1, count: 'estimated', signal }),
    })),
  });
  for (const [index, { name }] of others.slice(0, COUNTED).entries()) {
    const total = counts[index]?.data?.total;
    if (total !== undefined) sizes.set(name, { records: total, isEstimate: true });
  }
  return sizes;
}
