import type { Data } from '../../api/types.js';
import { isEqual } from '../../values/diff.js';
import { recordOf } from '../drafts/draft.js';
import type { Draft } from '../drafts/draft.js';
import type { BatchResult, Effects } from './operations.js';

/** A record at one version. */
export interface State {
  version: number;
  /** Null if the record did not exist; absent if it is not known. */
  data?: Data | null;
}

/** The change of a record by a batch. */
export interface Step {
  collection: string;
  id: string;
  before: State;
  after: State;
}

/** Returns what a batch has changed in each record. */
export function stepsOf(drafts: readonly Draft[], results: readonly BatchResult[], effects: Effects): Step[] | null {
  if (effects === null) return null;
  const steps = new Map<string, Step>();
  drafts.forEach((draft, index) => {
    const result = results[index];
    if (!result) return;
    const { collection, id } = draft;
    const before = draft.op === 'create' ? { version: 0, data: null } : draft.base;
    const after = { version: result.version, data: result.record?.data ?? null };
    steps.set(recordOf(draft), { collection, id, before, after });
  });
  for (const { collection, id, type, version } of effects) {
    const record = recordOf({ collection, id });
    const before = steps.get(record)?.before ?? { version: version - 1 };
    const after = type === 'record.deleted' ? { version, data: null } : { version };
    steps.set(record, { collection, id, before, after });
  }
  return [...steps.values()];
}

/**
 * Removes the drafts that were applied. A draft that was edited since then stays, as a change of the result: it deletes
 * what the batch has written, or creates again what the batch has deleted.
 */
export function withoutApplied(
  drafts: readonly Draft[],
  applied: readonly Draft[],
  results: readonly BatchResult[],
): Draft[] {
  const positions = new Map(applied.map((draft, index) => [recordOf(draft), index]));
  return drafts.flatMap((draft): Draft[] => {
    const index = positions.get(recordOf(draft));
    if (index === undefined) return [draft];
    if (isEqual(draft, applied[index])) return [];
    const { collection, id } = draft;
    const result = results[index];
    const base = result?.record && { version: result.version, data: result.record.data };
    if (draft.op === 'delete') return base ? [{ collection, id, op: 'delete', base }] : [];
    const { data } = draft;
    return [base ? { collection, id, op: 'update', base, data } : { collection, id, op: 'create', data }];
  });
}
