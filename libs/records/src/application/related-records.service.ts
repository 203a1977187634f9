import { Injectable } from '@nestjs/common';

import { HavenConfig } from '@haven/config';
import type { Caller, HavenError, PageRequest, Slice } from '@haven/kernel';

import { ExpansionBudget } from './expansion-budget.js';
import type { RelatedOptions, RelatedPageOptions, RelatingMember } from './related-records.contract.js';
import type { RecordView } from './records.contract.js';

/**
 * Reads the records to which others refer, and those that refer to others: for all records of a page together, with one
 * statement.
 */
@Injectable()
export class RelatedRecordsService {
  constructor(private readonly config: HavenConfig) {}

  /** Returns a budget for all related records of one response. */
  budget(): ExpansionBudget {
    return new ExpansionBudget(this.config.limits, '');
  }

  /**
   * Returns the records with the given ids, in their order. Those that do not exist, or did not at the moment, are
   * null; all are null if the collection does not exist or the caller may not read it. A text that is not an id is null.
   */
  byIds(
    _caller: Caller,
    _collection: string,
    _ids: readonly string[],
    _options: RelatedOptions = {},
  ): Promise<(RecordView | null)[]> {
    throw new Error('Not implemented.');
  }

  /**
   * Returns a page of the records that refer to each of the given records. A cursor belongs to the list of one record,
   * so with `after` or `before` the result of every other record is the error `CURSOR_INVALID`. Cursors are those of
   * the list of the collection with the same sort and moment, whose filter has the reference as a further member:
   * `{"director": "<id>"}`, or `{"cast": {"_contains": "<id>"}}` for a list of ids. The first `count` of a slice counts
   * for all of them, with one statement. Throws `FORBIDDEN`, `NOT_FOUND`, or what is wrong with the filter (pointers
   * below `/filter`), the sort (`/sort`), `asOf` or the page, as the list of the collection does.
   */
  pages(
    _caller: Caller,
    _member: RelatingMember,
    _ids: readonly string[],
    _page: PageRequest,
    _options: RelatedPageOptions = {},
  ): Promise<(Slice<RecordView> | HavenError)[]> {
    throw new Error('Not implemented.');
  }
}
