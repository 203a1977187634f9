import { useMemo } from 'react';

import { withDrafts } from './draft.js';
import type { Draft } from './draft.js';
import { storedValue, useStoredValue } from './stored-value.js';

/** The changes that the user has made and not applied. They are stored in the browser, so a reload loses none. */
export interface Drafts {
  all: readonly Draft[];
  /** Returns the change of a record. */
  of(collection: string, id: string): Draft | undefined;
  /** Adds a change, in place of an earlier one of the same record. A change that changes nothing is discarded. */
  put(draft: Draft): void;
  /** Adds several changes. */
  putAll(drafts: readonly Draft[]): void;
  discard(collection: string, id: string): void;
  clear(): void;
}

const NONE: readonly Draft[] = [];

/** The drafts of each tenant. */
export const storedDrafts = storedValue('drafts', NONE);

/** Returns the drafts of the signed-in tenant. */
export function useDrafts(): Drafts {
  const [all, change] = useStoredValue(storedDrafts);
  return useMemo(
    () => ({
      all,
      of: (collection, id) => all.find((draft) => draft.collection === collection && draft.id === id),
      put: (draft) => change((drafts) => withDrafts(drafts, [draft])),
      putAll: (added) => change((drafts) => withDrafts(drafts, added)),
      discard: (collection, id) =>
        change((drafts) => drafts.filter((draft) => draft.collection !== collection || draft.id !== id)),
      clear: () => change(() => NONE),
    }),
    [all, change],
  );
}
