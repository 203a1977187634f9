import type { Data } from '../../api/types.js';
import { isEqual } from '../../values/diff.js';

/** A record as it was read when the user began to change it. */
export interface Base {
  version: number;
  data: Data;
}

/** A change that was not applied yet. There is at most one for each record. */
export type Draft = { collection: string; id: string } & (
  { op: 'create'; data: Data } | { op: 'update'; base: Base; data: Data } | { op: 'delete'; base: Base }
);

/** Number of changes that can be applied together: the default limit of the operations of a batch. */
export const MOST_DRAFTS = 1_000;

/** Returns the drafts with other ones added, which replace those of the same records in their places. */
export function withDrafts(drafts: readonly Draft[], added: readonly Draft[]): Draft[] {
  const byRecord = new Map(drafts.map((draft) => [recordOf(draft), draft]));
  for (const draft of added) {
    const record = recordOf(draft);
    if (changesNothing(draft)) byRecord.delete(record);
    else byRecord.set(record, draft);
  }
  return [...byRecord.values()];
}

/** Identifies the record of a draft. */
export function recordOf({ collection, id }: { collection: string; id: string }): string {
  return `${collection}/${id}`;
}

function changesNothing(draft: Draft): boolean {
  return draft.op === 'update' && isEqual(draft.base.data, draft.data);
}
