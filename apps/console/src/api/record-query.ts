import { queryOptions } from '@tanstack/react-query';

import type { AnySchema, HavenClient } from 'haven-records';

/** Reads a record; `asOf` is a time, or null for now. */
export function recordQuery(haven: HavenClient<AnySchema>, collection: string, id: string, asOf: string | null = null) {
  return queryOptions({
    queryKey: ['record', collection, id, { asOf }],
    queryFn: ({ signal }) => haven.collection(collection).get(id, { signal, ...(asOf !== null && { asOf }) }),
    ...(asOf !== null && { staleTime: 60_000 }),
  });
}
