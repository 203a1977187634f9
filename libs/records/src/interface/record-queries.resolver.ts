import { Args, Query, Resolver } from '@nestjs/graphql';

import { Connection, ConnectionArgs, CurrentCaller, Json, toPageRequest } from '@haven/api';
import type { ConnectionOf } from '@haven/api';
import type { Caller, JsonValue } from '@haven/kernel';

import { TRUNCATED } from '../application/record-queries.contract.js';
import { RecordQueriesService } from '../application/record-queries.service.js';
import { RecordView } from '../application/records.contract.js';
import { TYPED_SORT_FIELD } from '../application/sort-input.js';
import { AsOfArg, CollectionArg, ExpandArg } from './record.args.js';

const SORT =
  'Fields to sort by; `-` for descending order. A field may also be the JSON of an object that says how strings are ' +
  `compared: ${TYPED_SORT_FIELD}.`;

const RecordConnection = Connection(RecordView, 'Record', TRUNCATED);

/** Lists records over GraphQL. */
@Resolver()
export class RecordQueriesResolver {
  constructor(private readonly queries: RecordQueriesService) {}

  @Query(() => RecordConnection, {
    nullable: true,
    description: 'Lists records of a collection, newest first by default.',
  })
  async records(
    @CurrentCaller() caller: Caller,
    @CollectionArg() collection: string,
    @Args() page: ConnectionArgs,
    @Args('filter', { type: () => Json, nullable: true, description: 'Filter that the records must match.' })
    filter?: JsonValue,
    @Args('sort', { type: () => [String], nullable: true, description: SORT })
    sort?: string[],
    @AsOfArg() asOf?: string,
    @ExpandArg() expand?: string[],
  ): Promise<ConnectionOf<RecordView>> {
    const { slice } = await this.queries.list(caller, collection, {
      ...toPageRequest(page),
      filter: filter ?? undefined,
      sort: sort ?? undefined,
      asOf,
      expand: expand ?? undefined,
    });
    return RecordConnection.of(slice);
  }
}
