import { keepPreviousData, queryOptions } from '@tanstack/react-query';

import type { AnySchema, HavenClient } from 'haven-records';

import { collectionApiPath } from '../api/paths.js';
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
