import { queryOptions } from '@tanstack/react-query';

import type { AnySchema, HavenClient } from 'haven-records';

import { collectionApiPath } from './paths.js';
import type { RecordView } from './types.js';

/** Reads some records, to know the members that a schema does not name. */
export function sampleQuery(haven: HavenClient<AnySchema>, collection: string) {
  return queryOptions({
    queryKey: ['records', collection, 'sample'],
    queryFn: async ({ signal }) => {
      const request = { method: 'POST', path: `${collectionApiPath(collection)}/query`, body: { limit: 20 } };
      return (await haven.request<{ items: RecordView[] }>(request, { signal })).items;
    },
    staleTime: 60_000,
  });
}
