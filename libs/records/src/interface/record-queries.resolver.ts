import { Args, Int, Query, Resolver } from '@nestjs/graphql';

import { Connection, CurrentCaller, Json } from '@haven/api';
import type { ConnectionOf } from '@haven/api';
import { invalid } from '@haven/kernel';
import type { Caller, JsonValue } from '@haven/kernel';

import { RecordQueriesService } from '../application/record-queries.service.js';
import { RecordView } from '../application/records.contract.js';
import { AfterArg, AsOfArg, CollectionArg, FirstArg } from './record.args.js';

const RecordConnection = Connection(RecordView, 'Record');

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
    @Args('filter', { type: () => Json, nullable: true, description: 'Filter that the records must match.' })
    filter?: JsonValue,
    @Args('sort', { type: () => [String], nullable: true, description: 'Fields to sort by; `-` for descending order.' })
    sort?: string[],
    @FirstArg() first?: number,
    @AfterArg() after?: string,
    @Args('last', { type: () => Int, nullable: true, description: 'Number of items in the page before `before`.' })
    last?: number,
    @Args('before', { type: () => String, nullable: true, description: 'Returns the page before this cursor.' })
    before?: string,
    @AsOfArg() asOf?: string,
  ): Promise<ConnectionOf<RecordView>> {
    if (first != null && last != null) throw invalid('VALIDATION_FAILED', '/last', 'Must not be combined with first');
    if (last != null && before == null) throw invalid('VALIDATION_FAILED', '/last', 'Requires before');
    const { slice } = await this.queries.list(caller, collection, {
      filter: filter ?? undefined,
      sort: sort ?? undefined,
      limit: first ?? last ?? undefined,
      after: after ?? undefined,
      before: before ?? undefined,
      asOf,
    });
    return RecordConnection.of(slice);
  }
}
