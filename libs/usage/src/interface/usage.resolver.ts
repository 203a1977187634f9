import { Args, ID, Query, Resolver } from '@nestjs/graphql';

import { CurrentCaller } from '@haven/api';
import type { Caller } from '@haven/kernel';

import { UsageView } from '../application/usage.contract.js';
import { UsageService } from '../application/usage.service.js';

/** Serves the usage of tenants over GraphQL. */
@Resolver()
export class UsageResolver {
  constructor(private readonly service: UsageService) {}

  @Query(() => UsageView, { nullable: true, description: 'Usage and limits of the tenant.' })
  usage(
    @CurrentCaller() caller: Caller,
    @Args('tenant', {
      type: () => ID,
      nullable: true,
      description:
        "Id of the tenant. Only operators can name a tenant other than their own. Defaults to the caller's tenant.",
    })
    tenant?: string,
  ): Promise<UsageView> {
    return this.service.read(caller, tenant ?? undefined);
  }
}
