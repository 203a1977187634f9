import { useSyncExternalStore } from 'react';

import type { Data } from '../api/types.js';
import { useSession, whenSignedOut } from '../session/session.js';

/** A record as it was read when the user began to change it. */
export interface Base {
  version: number;
  data: Data;
}

/** A change that was not applied yet. There is at most one for each record. */
export type Draft = { collection: string; id: string } & (
  { op: 'create'; data: Data } | { op: 'update'; base: Base; data: Data } | { op: 'delete'; base: Base }
);

/** The changes that the user has made and not applied. They are stored in the browser, so a reload loses none. */
export interface Drafts {
  all: readonly Draft[];
  /** Returns the change of a record. */
  of(collection: string, id: string): Draft | undefined;
  /** Adds a change, in place of an earlier one of the same record. */
  put(draft: Draft): void;
  discard(collection: string, id: string): void;
  clear(): void;
}

const nameOf = (tenant: string): string => `haven-console-drafts/${tenant}`;
const listeners = new Set<() => void>();
const stored = new Map<string, readonly Draft[]>();

/** Returns the drafts of the signed-in tenant. */
export function useDrafts(): Drafts {
  const { tenant } = useSession().caller;
  const all = useSyncExternalStore(subscribe, () => read(tenant));
  const isOf = (collection: string, id: string) => (draft: Draft) => draft.collection === collection && draft.id === id;
  const without = (collection: string, id: string): Draft[] =>
    read(tenant).filter((draft) => !isOf(collection, id)(draft));
  return {
    all,
    of: (collection, id) => all.find(isOf(collection, id)),
    put: (draft) => write(tenant, [...without(draft.collection, draft.id), draft]),
    discard: (collection, id) => write(tenant, without(collection, id)),
    clear: () => write(tenant, []),
  };
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  addEventListener('storage', reread); // another tab has changed them
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) removeEventListener('storage', reread);
  };
}

function reread(): void {
  stored.clear();
  for (const listener of listeners) listener();
}

function read(tenant: string): readonly Draft[] {
  const known = stored.get(tenant);
  if (known) return known;
  const drafts = JSON.parse(localStorage.getItem(nameOf(tenant)) ?? '[]') as Draft[]; // written below
  stored.set(tenant, drafts);
  return drafts;
}

function write(tenant: string, drafts: readonly Draft[]): void {
  stored.set(tenant, drafts);
  if (drafts.length === 0) localStorage.removeItem(nameOf(tenant));
  else localStorage.setItem(nameOf(tenant), JSON.stringify(drafts));
  for (const listener of listeners) listener();
}

whenSignedOut((tenant) => write(tenant, []));
