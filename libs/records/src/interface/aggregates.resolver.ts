import { Args, Extensions, Int, Query, Resolver } from '@nestjs/graphql';

import { CurrentCaller, Json, JsonObjectScalar } from '@haven/api';
import { groupsCost } from '@haven/graphql';
import type { Caller, JsonObject, JsonValue } from '@haven/kernel';
import { DEFAULT_GROUPS } from '@haven/query';

import {
  AggregationView,
  COMPUTE,
  GROUP_BY,
  GROUP_LIMIT,
  GROUP_SORT,
  HAVING,
} from '../application/aggregates.contract.js';
import { AggregatesService } from '../application/aggregates.service.js';
import { AsOfArg, CollectionArg } from './record.args.js';

/** Groups records and computes columns over GraphQL. */
@Resolver()
export class AggregatesResolver {
  constructor(private readonly aggregates: AggregatesService) {}

  @Extensions(groupsCost(DEFAULT_GROUPS))
  @Query(() => AggregationView, {
    nullable: true,
    description: 'Groups records of a collection, and computes columns for each group.',
  })
  aggregate(
    @CurrentCaller() caller: Caller,
    @CollectionArg() collection: string,
    @Args('filter', { type: () => Json, nullable: true, description: 'Filter that the records must match.' })
    filter?: JsonValue,
    @Args('groupBy', { type: () => [Json], nullable: true, description: GROUP_BY }) groupBy?: JsonValue[],
    @Args('compute', { type: () => JsonObjectScalar, nullable: true, description: COMPUTE }) compute?: JsonObject,
    @Args('having', { type: () => Json, nullable: true, description: HAVING }) having?: JsonValue,
    @Args('sort', { type: () => [String], nullable: true, description: GROUP_SORT }) sort?: string[],
    @Args('limit', { type: () => Int, nullable: true, description: GROUP_LIMIT }) limit?: number,
    @AsOfArg() asOf?: string,
  ): Promise<AggregationView> {
    return this.aggregates.aggregate(caller, collection, { filter, groupBy, compute, having, sort, limit, asOf });
  }
}
