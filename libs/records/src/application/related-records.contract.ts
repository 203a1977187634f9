import type { JsonValue } from '@haven/kernel';
import type { SortInput } from '@haven/query';

import type { ExpansionBudget } from './expansion-budget.js';

/** A member by which records of `collection` refer to others. */
export interface RelatingMember {
  readonly collection: string;
  readonly path: readonly string[];
  /** Whether the member is a list of ids. Records whose member is of the other kind are not found. */
  readonly isList: boolean;
}

/** Options of reads of related records. */
export interface RelatedOptions {
  /** The moment at which the records are read, like the parameter `asOf` of a list. */
  readonly asOf?: string | null;
  /**
   * Limits what one response reads; create it by `RelatedRecordsService.budget()`. Each read counts the records that it
   * returns once. A caller that repeats a record in the response adds the repetitions.
   */
  readonly budget?: ExpansionBudget;
}

/** Options of pages of referring records. */
export interface RelatedPageOptions extends RelatedOptions {
  /** Filter that the records must match as well, in Haven's filter language. */
  readonly filter?: JsonValue;
  readonly sort?: SortInput;
}
