import { useMutation } from '@tanstack/react-query';
import { useCallback, useEffect, useReducer, useState } from 'react';

import type { AnySchema, ChangesPageOptions, FeedStatus, JsonObject, Where } from 'haven-records';

import { inGroups } from '../../api/in-groups.js';
import { reportEndOfStream } from '../../session/own-requests.js';
import { useSession } from '../../session/session.js';
import { emptyFeed, feedAfter, itemOf } from './feed.js';
import type { Feed, FeedItem } from './feed.js';

/** Number of changes per page. */
const PAGE = 50;
/** Milliseconds between two updates of the list. */
const INTERVAL = 250;

export interface LiveFeed extends Feed {
  status: FeedStatus['state'];
  error: unknown;
  restart(): void;
  pause(): void;
  resume(): void;
  isReadingOlder: boolean;
  readOlder(): void;
}

/** Reads the newest changes, and follows those that come. `filter` is as text, so that equal ones are the same. */
export function useFeed(collection: string | null, filter: string): LiveFeed {
  const { haven } = useSession();
  const [feed, dispatch] = useReducer(feedAfter, emptyFeed);
  const [status, setStatus] = useState<FeedStatus['state']>('connecting');
  const [error, setError] = useState<unknown>();
  const [attempt, setAttempt] = useState(0);

  const readPage = useCallback(
    async (options: ChangesPageOptions<AnySchema, string>): Promise<{ items: FeedItem[]; older: string | null }> => {
      const selected = { ...selectionOf(collection, filter), ...options };
      const { items, nextCursor, hasMore } = await haven.changesPage({ ...selected, order: 'desc', limit: PAGE });
      return { items: items.map(itemOf), older: hasMore ? nextCursor : null };
    },
    [haven, collection, filter],
  );

  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    const follow = async (): Promise<void> => {
      const selected = { ...selectionOf(collection, filter), signal };
      // The stream starts before the page that is read first, so that no change is missed between them.
      const { nextCursor: after } = await haven.changesPage({ ...selected, limit: 1 });
      dispatch({ type: 'read', ...(await readPage({ signal })) });
      const onStatus = ({ state }: FeedStatus): void => setStatus(state);
      await inGroups(haven.changes({ ...selected, after, onStatus }), { ms: INTERVAL, signal }, (changes) =>
        dispatch({ type: 'arrived', items: changes.map(itemOf).toReversed() }),
      );
    };
    dispatch({ type: 'restarted' });
    setStatus('connecting');
    setError(undefined);
    follow().catch((failure: unknown) => {
      if (signal.aborted) return;
      setError(failure);
      reportEndOfStream(failure);
    });
    return () => stop.abort();
  }, [haven, collection, filter, attempt, readPage]);

  const older = useMutation({
    mutationFn: (after: string) => readPage({ after }),
    onSuccess: (page) => dispatch({ type: 'read', ...page }),
  });
  return {
    ...feed,
    status,
    error: error ?? older.error,
    restart: () => {
      older.reset();
      setAttempt(attempt + 1);
    },
    pause: () => dispatch({ type: 'paused' }),
    resume: () => dispatch({ type: 'resumed' }),
    isReadingOlder: older.isPending,
    readOlder: () => {
      if (feed.older !== null) older.mutate(feed.older);
    },
  };
}

function selectionOf(collection: string | null, filter: string): { collection?: string; where?: Where<JsonObject> } {
  const where = JSON.parse(filter) as Where<JsonObject>; // the server checks it
  return {
    ...(collection !== null && { collection }),
    ...(Object.keys(where).length > 0 && { where }),
  };
}
