import type { BatchOperation } from '../batch/operations.js';
import type { Step } from '../batch/steps.js';
import type { Draft } from '../drafts/draft.js';

/**
 * Returns the operation that undoes a change unless the record has changed since, or undefined if there is nothing
 * to undo. A version is restored if it is kept, which `keepsHistory` says; otherwise its data is written.
 */
export function undoOf({ collection, id, before, after }: Step, keepsHistory: boolean): BatchOperation | undefined {
  const expectedVersion = after.version;
  if (before.data === null) return after.data === null ? undefined : { op: 'delete', collection, id, expectedVersion };
  // The restoration of a deleted record cannot expect a version, so it would undo what others have done since.
  if (after.data === null) return before.data && { op: 'create', collection, id, data: before.data };
  if (keepsHistory || before.data === undefined)
    return { op: 'restore', collection, id, version: before.version, expectedVersion };
  return { op: 'replace', collection, id, data: before.data, expectedVersion };
}

/** Returns the draft that undoes a change, for a review of conflicts. The data of both versions has to be known. */
export function undoDraftOf({ collection, id, before, after }: Step): Draft | undefined {
  if (before.data) {
    if (!after.data) return { collection, id, op: 'create', data: before.data };
    return { collection, id, op: 'update', base: { version: after.version, data: after.data }, data: before.data };
  }
  return after.data ? { collection, id, op: 'delete', base: { version: after.version, data: after.data } } : undefined;
}
