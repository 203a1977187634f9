import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { UseQueryResult } from '@tanstack/react-query';
import { useCallback, useDeferredValue, useMemo } from 'react';

import type { CollectionView, RecordView } from '../../../api/types.js';
import { schemaColumns } from '../../../columns/schema-columns.js';
import { useSession } from '../../../session/session.js';
import { sentSort } from '../columns/sort.js';
import type { ListState } from './list-state.js';
import { countQuery, recordListQuery } from './record-list.js';
import type { ListQuery } from './record-list.js';

/** References that are expanded at most; Haven allows 10 by default. */
const EXPANDED = 10;

export interface RecordList {
  query: ListQuery;
  /** Identifies the list: another filter or another order is another list. */
  key: string;
  records: readonly RecordView[];
  error: Error | null;
  isLoading: boolean;
  isComplete: boolean;
  /** Whether there are records before the loaded ones, which were left out to save memory. */
  hasEarlier: boolean;
  isTruncated: boolean;
  count: UseQueryResult<number>;
  retry(): void;
  readNext(): void;
  readPrevious(): void;
}

/** Reads the records that the state of a list selects. */
export function useRecordList(collection: CollectionView, state: ListState): RecordList {
  const { haven } = useSession();
  const { name, references } = collection;
  const query = useMemo((): ListQuery => {
    const expand = references.map(({ path }) => path).slice(0, EXPANDED);
    return { ...state, sort: sentSort(state.sort, schemaColumns(collection)), expand };
  }, [collection, references, state]);
  const list = useInfiniteQuery(recordListQuery(haven, name, query));
  const count = useQuery(countQuery(haven, name, query));
  // The first records are rendered in short tasks, because there are many cells.
  const isShown = useDeferredValue(list.data !== undefined);
  const data = isShown ? list.data : undefined;
  const records = useMemo(() => data?.pages.flatMap(({ items }) => items) ?? [], [data]);
  const { hasNextPage, hasPreviousPage, isFetching, isError, isPlaceholderData } = list;
  const { fetchNextPage, fetchPreviousPage } = list;
  const canRead = !isFetching && !isError && !isPlaceholderData;
  const readNext = useCallback(() => {
    if (hasNextPage && canRead) void fetchNextPage();
  }, [hasNextPage, canRead, fetchNextPage]);
  const readPrevious = useCallback(() => {
    if (hasPreviousPage && canRead) void fetchPreviousPage();
  }, [hasPreviousPage, canRead, fetchPreviousPage]);
  return {
    query,
    key: JSON.stringify([query.filter, query.sort, query.search, query.asOf]),
    records,
    error: list.error,
    isLoading: isFetching || data !== list.data,
    isComplete: !hasNextPage && !hasPreviousPage && !isPlaceholderData && data !== undefined,
    hasEarlier: hasPreviousPage,
    isTruncated: data?.pages.at(-1)?.truncated ?? false,
    count,
    retry: () => void (list.isFetchNextPageError ? fetchNextPage() : list.refetch()),
    readNext,
    readPrevious,
  };
}
