import { keepPreviousData, queryOptions } from '@tanstack/react-query';

import type { AnySchema, HavenClient } from 'haven-records';

import { collectionApiPath } from '../api/paths.js';
import type { RecordView } from '../api/types.js';
import { bodyOf } from './ask-body.js';
import type { Ask } from './ask-state.js';
import type { AggregateResult } from './chart-data.js';

/** Computes an aggregate. */
export function aggregateQuery(haven: HavenClient<AnySchema>, ask: Ask) {
  const body = bodyOf(ask);
  return queryOptions({
    queryKey: ['records', ask.collection, 'aggregate', body],
    queryFn: ({ signal }) =>
      haven.request<AggregateResult>(
        { method: 'POST', path: `${collectionApiPath(ask.collection)}/aggregate`, body },
        { signal, timeout: 120_000 }, // an aggregate reads all records that match
      ),
    placeholderData: keepPreviousData,
    refetchOnMount: false,
  });
}

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
