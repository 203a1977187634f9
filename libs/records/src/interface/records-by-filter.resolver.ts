import { Args, Int, Mutation, Resolver } from '@nestjs/graphql';

import { CurrentCaller, Json, JsonObjectScalar } from '@haven/api';
import { AllowsDryRunArgument } from '@haven/dry-run';
import { Idempotent } from '@haven/idempotency';
import type { Caller, JsonObject, JsonValue } from '@haven/kernel';

import { CHANGE_FILTER, CHANGE_LIMIT, ChangedRecordsView } from '../application/records-by-filter.contract.js';
import { RecordsByFilterService } from '../application/records-by-filter.service.js';
import { CollectionArg } from './record.args.js';

const FilterArg = () => Args('filter', { type: () => Json, description: CHANGE_FILTER });
const LimitArg = () => Args('limit', { type: () => Int, nullable: true, description: CHANGE_LIMIT });

/** Changes all records that match a filter over GraphQL. */
@Resolver()
export class RecordsByFilterResolver {
  constructor(private readonly records: RecordsByFilterService) {}

  @Mutation(() => ChangedRecordsView, {
    nullable: true,
    description: 'Applies the same patch, either `data` or `operations`, to all records that match a filter.',
  })
  @Idempotent()
  @AllowsDryRunArgument()
  updateRecords(
    @CurrentCaller() caller: Caller,
    @CollectionArg() collection: string,
    @FilterArg() filter: JsonValue,
    @Args('data', {
      type: () => JsonObjectScalar,
      nullable: true,
      description: 'JSON Merge Patch of each document (RFC 7396); null removes a member.',
    })
    data?: JsonObject,
    @Args('operations', {
      type: () => Json,
      nullable: true,
      description: 'JSON Patch of each record, whose paths start with `/data` (RFC 6902).',
    })
    operations?: JsonValue,
    @LimitArg() limit?: number,
  ): Promise<ChangedRecordsView> {
    const patch = { data: data ?? undefined, operations: operations ?? undefined };
    return this.records.update(caller, collection, { filter, ...patch, limit: limit ?? undefined });
  }

  @Mutation(() => ChangedRecordsView, { nullable: true, description: 'Deletes all records that match a filter.' })
  @Idempotent()
  @AllowsDryRunArgument()
  deleteRecords(
    @CurrentCaller() caller: Caller,
    @CollectionArg() collection: string,
    @FilterArg() filter: JsonValue,
    @LimitArg() limit?: number,
  ): Promise<ChangedRecordsView> {
    return this.records.delete(caller, collection, { filter, limit: limit ?? undefined });
  }
}
