import { Args, Query, Resolver } from '@nestjs/graphql';

import { CurrentCaller } from '@haven/api';
import type { Caller } from '@haven/kernel';

import { StatsView } from '../application/stats.contract.js';
import { StatsService } from '../application/stats.service.js';

export const STATS_TENANT =
  'Id of the tenant, or `all` for all tenants together. Only operators can name a tenant other than their own, or ' +
  "`all`. Defaults to the caller's tenant.";

/** Serves the overview over GraphQL. */
@Resolver()
export class StatsResolver {
  constructor(private readonly service: StatsService) {}

  @Query(() => StatsView, {
    nullable: true,
    description: 'Overview of the tenant: what it stores now, and what happened within the last hour.',
  })
  stats(
    @CurrentCaller() caller: Caller,
    @Args('tenant', { type: () => String, nullable: true, description: STATS_TENANT }) tenant?: string,
  ): Promise<StatsView> {
    return this.service.read(caller, tenant ?? undefined);
  }
}
