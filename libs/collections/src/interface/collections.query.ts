import { FlagParameter, QueryString, WindowQuery } from '@haven/platform';

/** Parameters of `GET /collections`. */
@QueryString()
export class ListQuery extends WindowQuery {}

/** Parameters of a change of a collection. */
@QueryString()
export class ChangeQuery {
  @FlagParameter(
    'Change nothing: answer the collection as it would be, and in `breaking` the stored records its schema would refuse.',
  )
  dryRun?: boolean;
}

/** Parameters of `DELETE /collections/{collection}`. */
@QueryString()
export class DeleteQuery {
  @FlagParameter('Delete the records of the collection too, each with its event.')
  cascade?: boolean;
}
