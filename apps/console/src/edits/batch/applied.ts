import { storedValue } from '../drafts/stored-value.js';
import type { BatchOperation } from './operations.js';
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
  /**
   * The operations of that request, once it was sent. If its response is lost, the same ones are sent again: those that
   * the records would need by then are others, if it was executed.
   */
  undo?: readonly BatchOperation[];
}

/** The drafts that were applied last. */
export const storedApplied = storedValue<Applied | null>('applied', null);
