import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';

import type { Change, FeedStatus, JsonObject, Where } from 'haven-records';

import { inGroups } from '../../../api/in-groups.js';
import { readCollectionAgain } from '../../../api/records-changed.js';
import type { RecordView } from '../../../api/types.js';
import { isOwnChange, reportEndOfStream } from '../../../session/own-requests.js';
import { useSession } from '../../../session/session.js';
import type { ListQuery } from '../list/record-list.js';
import { marksAfter, noMarks, updatedRecords } from './live-marks.js';
import type { LiveMarks } from './live-marks.js';

/** Milliseconds between two updates of the list. */
const INTERVAL = 500;
/** A filter with a text search contains this. */
const SEARCH = '"_search"';

export interface LiveChanges extends Pick<LiveMarks, 'notes'> {
  /** Number of records that match and are not in the list. With a search, of those that may match. */
  added: number;
  /** Whether the list has a search, with which the feed cannot say which records match. */
  hasSearch: boolean;
  /** The records of the list in their newest versions. */
  records: readonly RecordView[];
  /** Whether changes are followed: not in a list of an earlier time, or if the key may not. */
  status: FeedStatus['state'] | 'off';
  /** Reads the list again, and removes the marks. */
  reload(): void;
}

/** Follows the changes of a list: updates the records in it, and notes those that others have changed. */
export function useLiveChanges(
  collection: string,
  { query, records }: { query: ListQuery; records: readonly RecordView[] },
): LiveChanges {
  const { haven, may } = useSession();
  const queries = useQueryClient();
  const [status, setStatus] = useState<FeedStatus['state']>('connecting');
  const [marks, setMarks] = useState(noMarks);
  const isOn = query.asOf === null && may('changes:read', collection);
  const filter = JSON.stringify(query.filter);
  const hasSearch = isSearch(query);
  const current = useRef({ records, hasSearch });
  current.current = { records, hasSearch };

  useEffect(() => {
    if (!isOn) return undefined;
    const stop = new AbortController();
    const { signal } = stop;
    // The list may have been read before the stream began, so it is read again.
    const catchUp = async (): Promise<void> => {
      const lists = { queryKey: ['records', collection, 'list'], type: 'active' } as const;
      if (queries.isFetching(lists) > 0) await queries.refetchQueries(lists, { cancelRefetch: false });
      if (!signal.aborted) await queries.refetchQueries(lists);
    };
    let isCaughtUp = false;
    const apply = (changes: Change[]): void => {
      const list = current.current;
      const followed = {
        listed: new Set(list.records.map(({ id }) => id)),
        hasSearch: list.hasSearch,
        isOwn: isOwnChange,
      };
      setMarks((known) => marksAfter(known, changes, followed));
    };
    const changes = haven.changes({
      collection,
      ...whereOf(filter),
      signal,
      onStatus: ({ state }) => {
        setStatus(state);
        if (state !== 'open' || isCaughtUp) return;
        isCaughtUp = true; // the stream resumes where it was interrupted
        void catchUp();
      },
    });
    inGroups(changes, { ms: INTERVAL, signal }, apply).catch((failure: unknown) => {
      if (signal.aborted) return;
      // The list shows the error of its own request; without the feed it is only not live.
      setStatus('interrupted');
      reportEndOfStream(failure);
    });
    return () => {
      stop.abort();
      setMarks(noMarks);
    };
  }, [haven, collection, filter, isOn]);

  // Another search is another list, which is read anew.
  useEffect(
    () => setMarks((known) => (known.added.size === 0 ? known : { ...known, added: noMarks.added })),
    [query.search],
  );

  const reload = useCallback(() => {
    setMarks(noMarks);
    void readCollectionAgain(queries, collection);
  }, [queries, collection]);
  const updated = useMemo(() => updatedRecords(records, marks), [records, marks]);
  const added = useMemo(() => {
    const listed = new Set(records.map(({ id }) => id)); // the list may have been read again since
    return [...marks.added].filter((id) => !listed.has(id)).length;
  }, [records, marks]);
  return { notes: marks.notes, added, hasSearch, records: updated, status: isOn ? status : 'off', reload };
}

/** Whether a list has a text search, beside its filter or in it. */
function isSearch({ filter, search }: Pick<ListQuery, 'filter' | 'search'>): boolean {
  return search.trim() !== '' || JSON.stringify(filter).includes(SEARCH);
}

/** Returns the filter for the feed, which has no text search. */
function whereOf(filter: string): { where?: Where<JsonObject> } {
  if (filter === '{}' || filter.includes(SEARCH)) return {};
  return { where: JSON.parse(filter) as Where<JsonObject> }; // the server checks it
}
