import { IsBoolean } from 'class-validator';

import { Expose } from '@haven/api';

/** Parameters of a change of a collection. */
export class ChangeCollectionQuery {
  @Expose(
    'Change nothing: answer the collection as it would be, and in `breaking` the stored records its schema would refuse.',
    { optional: true, schema: { default: false } },
  )
  @IsBoolean({ message: '$property must be true or false' })
  dryRun?: boolean;
}

/** Parameters of `DELETE /collections/{collection}`. */
export class DeleteCollectionQuery {
  @Expose('Delete the records of the collection too, each with its event.', {
    optional: true,
    schema: { default: false },
  })
  @IsBoolean({ message: '$property must be true or false' })
  cascade?: boolean;
}
