import { invalidCursor } from '@haven/kernel';

import { isRecordId } from '../domain/links.js';
import type { ScoredRecord } from '../domain/record-reader.js';

/** The key of a record in a list that is sorted by score: the score and the id. */
export type ScoreKey = readonly [score: number, id: string];

/**
 * The keys of a list that is sorted by score, best first, then by descending id, in the form that `KeysetPages` needs.
 */
export const SCORED_KEYS = {
  keyOf: ({ record, score }: ScoredRecord): ScoreKey => [score, record.id],
  compare: ([left, leftId]: ScoreKey, [right, rightId]: ScoreKey): number =>
    right - left || (leftId === rightId ? 0 : leftId < rightId ? 1 : -1),
  requireKey: ([score, id, ...others]: readonly unknown[]): void => {
    if (typeof score !== 'number' || typeof id !== 'string' || !isRecordId(id) || others.length > 0)
      throw invalidCursor();
  },
};
