import { ID, Int } from '@nestjs/graphql';

import { Expose, Output } from '@haven/api';
import { printPath } from '@haven/query';

import type { ReferenceState } from '../domain/companion-index.js';
import { ON_DELETE } from '../domain/reference.js';
import type { Reference, Referrer } from '../domain/reference.js';

const PATH = 'Path of the member that holds the id of a record, or an array of ids.';
const RULE =
  'Effect on the record that has the reference if the record to which it refers is deleted: `restrict` (the deletion ' +
  'is refused), `setNull` (the reference is removed) or `cascade` (the record is deleted too).';

/** A reference that the schema of a collection declares. */
@Output('CollectionReference', 'A reference to records that the schema of a collection declares with `x-haven-ref`.')
export class ReferenceView {
  @Expose(PATH, { schema: { example: 'director' } })
  path: string;

  @Expose('The collection to whose records it refers.', { schema: { example: 'directors' } })
  collection: string;

  @Expose(RULE, { schema: { enum: ON_DELETE } })
  onDelete: string;

  @Expose(
    'State: `checking` while an index of the stored references is built, then `ready`. `failed` if the index cannot ' +
      'be built, because a record holds more ids than `limits.keysPerRecord`. Every write is checked in any state; ' +
      'only deletions of records take longer while a reference is not ready.',
    { schema: { enum: ['checking', 'ready', 'failed'] } },
  )
  state: string;

  constructor({ path, collection, onDelete }: Reference, state: ReferenceState) {
    this.path = printPath(path);
    this.collection = collection;
    this.onDelete = onDelete;
    this.state = state;
  }
}

/** A reference to the records of a collection. */
@Output(
  'CollectionReferrer',
  'A reference to the records of a collection that another collection, or itself, declares.',
)
export class ReferrerView {
  @Expose('The collection whose schema declares the reference.', { schema: { example: 'movies' } })
  collection: string;

  @Expose(PATH, { schema: { example: 'director' } })
  path: string;

  @Expose(RULE, { schema: { enum: ON_DELETE } })
  onDelete: string;

  constructor({ path, collection, onDelete }: Referrer) {
    this.collection = collection;
    this.path = printPath(path);
    this.onDelete = onDelete;
  }
}

/** Values of a reference in the stored records that are not the id of a live record of its target. */
@Output('DanglingLinks', 'Values of a reference that are not the id of an existing record of its collection.')
export class DanglingLinksView {
  @Expose(PATH, { schema: { example: 'director' } })
  path: string;

  @Expose('The collection to whose records the values should refer.', { schema: { example: 'directors' } })
  collection: string;

  @Expose('Number of these values.', { as: Int })
  count = 0;

  @Expose('Ids of the first 20 records that have them.', { as: [ID] })
  ids: string[] = [];

  constructor({ path, collection }: Reference) {
    this.path = printPath(path);
    this.collection = collection;
  }
}
