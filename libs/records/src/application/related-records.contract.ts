import type { JsonValue } from '@haven/kernel';
import type { SortInput } from '@haven/query';

import type { RelatingMember as Member } from '../domain/related-records.js';
import type { AsOf } from './as-of-resolver.js';
import type { ExpansionBudget } from './expansion-budget.js';

/**
 * A member by which records of `collection` refer to others. If it is a list, records in which it is a single id are
 * not found, and vice versa.
 */
export interface RelatingMember extends Member {
  readonly collection: string;
}

/** Options of reads of related records; `asOf` is the moment at which they are read. */
export interface RelatedOptions extends AsOf {
  /**
   * Limits what one response reads; create it by `RelatedRecordsService.budget()`. Each read counts the records that it
   * returns once. A caller that repeats a record in the response adds the repetitions.
   */
  readonly budget?: ExpansionBudget;
}

/** Options of pages of referring records. */
export interface RelatedPageOptions extends RelatedOptions {
  /** Filter that the records must match as well, in Haven's filter language. */
  readonly filter?: JsonValue | undefined;
  readonly sort?: SortInput | undefined;
}
