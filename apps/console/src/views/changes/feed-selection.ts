import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'wouter';

import type { ChangeType } from 'haven-records';

import type { Data } from '../../api/types.js';
import { isChangeType } from '../../labels/change-types.js';
import { isObject } from '../../values/diff.js';
import { jsonOf } from '../../values/parse-json.js';
import type { FeedItem } from './feed.js';

/** Which changes are shown. The server selects by collection and filter, and the list by the rest. */
export interface FeedSelection {
  /** Null for all that the caller may read. */
  collection: string | null;
  filter: Data;
  /** Empty for all. */
  types: readonly ChangeType[];
  /** A part of the actor's name. */
  actor: string;
}

/** Returns the selection, which is a part of the URL, and a function that changes parts of it. */
export function useFeedSelection(): [FeedSelection, (change: Partial<FeedSelection>) => void] {
  const [params, setParams] = useSearchParams();
  const text = params.toString();
  const selection = useMemo(() => readSelection(new URLSearchParams(text)), [text]);
  const change = useCallback(
    (part: Partial<FeedSelection>) =>
      setParams((current) => writeSelection({ ...readSelection(current), ...part }), { replace: true }),
    [setParams],
  );
  return [selection, change];
}

/** Reads the selection from the parameters of a URL. A part that is not valid is left out. */
function readSelection(params: URLSearchParams): FeedSelection {
  const filter = jsonOf(params.get('filter') ?? '');
  return {
    collection: params.get('collection'),
    filter: isObject(filter) ? filter : {},
    types: (params.get('types') ?? '').split(',').filter(isChangeType),
    actor: params.get('actor') ?? '',
  };
}

function writeSelection({ collection, filter, types, actor }: FeedSelection): URLSearchParams {
  const params = new URLSearchParams();
  if (collection !== null) params.set('collection', collection);
  if (Object.keys(filter).length > 0) params.set('filter', JSON.stringify(filter));
  if (types.length > 0) params.set('types', types.join(','));
  if (actor !== '') params.set('actor', actor);
  return params;
}

/** Whether the list shows a change that the server has selected. */
export function isSelected({ type, actor }: FeedItem, selection: FeedSelection): boolean {
  return (
    (selection.types.length === 0 || selection.types.includes(type)) &&
    actor.toLowerCase().includes(selection.actor.trim().toLowerCase())
  );
}
