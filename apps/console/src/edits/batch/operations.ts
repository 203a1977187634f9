import type { components } from '../../api/openapi.js';
import type { Draft } from '../drafts/draft.js';

export type BatchOperation = components['schemas']['BatchOperation'];
export type BatchResult = components['schemas']['BatchResult'];
export type DryRun = components['schemas']['DryRun'];

/**
 * The changes of other records that deletions cause by references; null if the dry run could not report all of them.
 */
export type Effects = readonly components['schemas']['DryRunChange'][] | null;

/** The response to a batch. */
export interface BatchResponse {
  results: BatchResult[];
}

/** The response to the dry run of a batch. */
export interface DryRunResponse extends BatchResponse {
  dryRun: DryRun;
}

/** Returns the operations of a batch that applies these drafts unless the records have changed. */
export function operationsOf(drafts: readonly Draft[]): BatchOperation[] {
  return drafts.map((draft) => {
    const { op, collection, id } = draft;
    if (op === 'create') return { op, collection, id, data: draft.data };
    const expectedVersion = draft.base.version;
    if (op === 'delete') return { op, collection, id, expectedVersion };
    // A merge patch could not set a member to null.
    return { op: 'replace', collection, id, data: draft.data, expectedVersion };
  });
}
