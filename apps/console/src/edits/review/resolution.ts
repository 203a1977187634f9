import type { Newest } from '../batch/record-states.js';
import type { Draft } from '../drafts/draft.js';
import { mergeOf } from './merge.js';

/** A draft that can be applied to the newest version of its record. */
export interface Resolution {
  /** Undefined if there is nothing left to change. */
  draft?: Draft;
  /** Paths that the draft and other users have changed to different values. The draft wins. */
  overlaps: readonly string[];
}

/** Moves a draft to the newest version of its record, so that it keeps all that others have changed elsewhere. */
export function resolutionOf(draft: Draft, theirs: Newest | null): Resolution {
  const { collection, id } = draft;
  const data = theirs?.data ?? null;
  if (!theirs || data === null) {
    if (draft.op === 'delete') return { overlaps: [] };
    return { draft: { collection, id, op: 'create', data: draft.data }, overlaps: [] };
  }
  const base = { version: theirs.version, data };
  if (draft.op === 'delete') return { draft: { collection, id, op: 'delete', base }, overlaps: [] };
  if (draft.op === 'create') return { draft: { collection, id, op: 'update', base, data: draft.data }, overlaps: [] };
  const merged = mergeOf(draft.base.data, data, draft.data);
  return { draft: { collection, id, op: 'update', base, data: merged.data }, overlaps: merged.overlaps };
}
