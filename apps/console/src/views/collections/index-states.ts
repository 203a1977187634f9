import type { CollectionView } from '../../api/types.js';

/** The state of an index, of the index of a search, or of a reference. */
export interface BuildState {
  state: 'building' | 'checking' | 'ready' | 'failed';
  /** Number of records that the index contains already, and of those that it will contain; only while it is built. */
  done?: number;
  total?: number;
}

/** Milliseconds after which the states are read again while something is being built. */
export const REFRESH = 2_000;

/** Returns the states of all that a collection builds in the background. */
export function statesOf({ indexes, search, references }: CollectionView): BuildState[] {
  return [...indexes, ...(search ? [search] : []), ...references];
}

/** Whether something is being built. */
export function isBuilding(collection: CollectionView): boolean {
  return statesOf(collection).some(({ state }) => state === 'building' || state === 'checking');
}

/** Returns the state as a text, with how far it is. */
export function stateText({ state, done, total }: BuildState): string {
  if (state === 'building' && done !== undefined && total !== undefined && total > 0)
    return `Building, ${Math.min(99, Math.floor((100 * done) / total))} %`;
  return { building: 'Building', checking: 'Checking', ready: 'Ready', failed: 'Failed' }[state];
}
