import { keepPreviousData, queryOptions } from '@tanstack/react-query';

import type { AnySchema, HavenClient } from 'haven-records';

import { collectionApiPath } from '../../../api/paths.js';
import { bodyOf } from '../ask-body.js';
import type { Ask } from '../ask-state.js';
import type { AggregateResult } from './chart-data.js';

/** A result with the aggregate that it belongs to. */
export interface Computed {
  ask: Ask;
  result: AggregateResult;
}

/** Identifies the results of all aggregates of a collection. */
export function aggregatesKey(collection: string): readonly string[] {
  return ['records', collection, 'aggregate'];
}

/**
 * Computes an aggregate. While it is computed, the previous result is returned, which belongs to another aggregate.
 * Results are read again after a minute only, because an aggregate may read all records.
 */
export function aggregateQuery(haven: HavenClient<AnySchema>, ask: Ask) {
  const body = bodyOf(ask);
  return queryOptions({
    queryKey: [...aggregatesKey(ask.collection), body],
    queryFn: async ({ signal }): Promise<Computed> => {
      const request = { method: 'POST', path: `${collectionApiPath(ask.collection)}/aggregate`, body };
      return { ask, result: await haven.request<AggregateResult>(request, { signal, timeout: 120_000 }) };
    },
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
}
