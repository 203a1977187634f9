import { ID, Int } from '@nestjs/graphql';

import { Expose, Json, Output } from '@haven/api';
import { EVENT_TYPES } from '@haven/kernel';
import type { JsonValue } from '@haven/kernel';

import type { RecordChange } from './dry-run-report.js';

/** A change in the report of a dry run. */
@Output('DryRunChange', 'A change of a record that the request would make.')
class DryRunChangeView {
  @Expose('Name of the collection.', { restOnly: true })
  collection!: string;

  @Expose('UUID of the record. The real request chooses another one for a new record, unless the request names it.', {
    as: ID,
    restOnly: true,
    schema: { format: 'uuid' },
  })
  id!: string;

  @Expose('Type of the event.', { restOnly: true, schema: { enum: [...EVENT_TYPES] } })
  type!: string;

  @Expose('Version of the record after the change, unless the record changes before the real request.', {
    as: Int,
    restOnly: true,
    schema: { minimum: 1 },
  })
  version!: number;

  @Expose('JSON Patch (RFC 6902) of `{"data": …}` from the version before to this one.', {
    as: [Json],
    restOnly: true,
    schema: { type: 'array', items: { type: 'object', additionalProperties: true } },
  })
  patch!: readonly JsonValue[];

  @Expose('UUID of the record whose deletion or erasure causes the change, by a reference.', {
    as: String,
    nullable: true,
    restOnly: true,
  })
  cause!: string | null;
}

/** The changes that a request would make: the member `dryRun` of the response to a dry run. */
@Output('DryRun', 'What the request would change. Nothing was changed.')
export class DryRunView {
  @Expose('The changes of records in the order in which they would be made, at most 1,000.', {
    as: [DryRunChangeView],
    restOnly: true,
  })
  changes: readonly RecordChange[];

  @Expose('Number of all changes.', { as: Int, restOnly: true })
  count: number;

  @Expose(
    'JSON Pointers to the ids, versions and times in the response that the real request chooses again, so they can ' +
      'differ.',
    { as: [String], restOnly: true, schema: { example: ['/id', '/version', '/createdAt', '/updatedAt'] } },
  )
  predicted: readonly string[];

  constructor(
    { changes, count }: { readonly changes: readonly RecordChange[]; readonly count: number },
    predicted: readonly string[],
  ) {
    this.changes = changes;
    this.count = count;
    this.predicted = predicted;
  }
}
