import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';

import type { AnySchema, HavenClient, RecordVersion } from 'haven-records';

import { useSession } from '../session/session.js';
import { isLarge } from '../values/document-size.js';
import { recordApiPath } from './paths.js';
import type { Page, RecordView } from './types.js';

/** Number of versions per request. Each has the whole document, so there are fewer if it is large. */
const VERSIONS = 20;
const LARGE_VERSIONS = 3;

/** Reads the versions of a record, newest first. */
export function historyQuery(haven: HavenClient<AnySchema>, collection: string, id: string, limit = VERSIONS) {
  return infiniteQueryOptions({
    queryKey: ['record', collection, id, 'history', { limit }],
    initialPageParam: undefined as string | undefined, // the type of the cursors that follow
    queryFn: async ({ pageParam: after, signal }): Promise<Page<RecordVersion>> => {
      const page = await haven
        .collection(collection)
        .history(id, { limit, signal, ...(after !== undefined && { after }) });
      return { items: [...page.items], nextCursor: page.nextCursor };
    },
    getNextPageParam: ({ nextCursor }: Page<RecordVersion>) => nextCursor ?? undefined,
  });
}

/** Returns how many versions of a record are read at once. */
export function versionsPerPage(record: RecordView | undefined): number {
  return record && isLarge(record.data) ? LARGE_VERSIONS : VERSIONS;
}

/** Returns the times of the newest versions, unless they are too large to be read for that. */
export function useVersionTimes(record: RecordView): string[] {
  const { haven } = useSession();
  const { data } = useInfiniteQuery({
    ...historyQuery(haven, record.collection, record.id),
    enabled: !isLarge(record.data),
  });
  return data ? data.pages.flatMap(({ items }) => items).map(({ at }) => at) : [];
}

/** Reads one version of a record. */
export function versionQuery(haven: HavenClient<AnySchema>, collection: string, id: string, version: number) {
  const path = `${recordApiPath(collection, id)}/history/${version}`;
  return {
    queryKey: ['record', collection, id, 'history', { version }],
    queryFn: ({ signal }: { signal: AbortSignal }) => haven.request<RecordVersion>({ method: 'GET', path }, { signal }),
    staleTime: 60_000,
  };
}
