import { storedValue } from '../drafts/stored-value.js';
import type { Step } from './steps.js';

/** Drafts that were applied, with all that their undoing needs. */
export interface Applied {
  /** Number of drafts. */
  count: number;
  /** When they were applied. */
  at: string;
  /** The changes of all records, also of those that the deletions have changed. Null if these are not known. */
  steps: readonly Step[] | null;
  /** Key of the request that undoes them, so that it is executed once. */
  idempotencyKey: string;
}

/** The drafts that were applied last. */
export const storedApplied = storedValue<Applied | null>('applied', null);
