import { IsBoolean } from 'class-validator';

import { Expose } from '@haven/api';

/** Query parameters of a change to a collection. */
export class ChangeCollectionQuery {
  @Expose(
    'Changes nothing, and returns the collection as it would be after the change, with the stored records that ' +
      'violate its schema in `breaking`, and references to no record in `dangling`.',
    { optional: true, schema: { default: false } },
  )
  @IsBoolean({ message: '$property must be true or false' })
  dryRun?: boolean;
}

/** Query parameters of `DELETE /collections/{collection}`. */
export class DeleteCollectionQuery {
  @Expose('Deletes the records of the collection too, with an event for each.', {
    optional: true,
    schema: { default: false },
  })
  @IsBoolean({ message: '$property must be true or false' })
  cascade?: boolean;
}
