import { Args, ID, Query, Resolver } from '@nestjs/graphql';

import { CurrentCaller } from '@haven/api';
import type { Caller } from '@haven/kernel';

import { UsageView } from '../application/usage.contract.js';
import { UsageService } from '../application/usage.service.js';

/** Usage over GraphQL. */
@Resolver()
export class UsageResolver {
  constructor(private readonly service: UsageService) {}

  @Query(() => UsageView, { description: 'How much the tenant has, and may have.' })
  usage(
    @CurrentCaller() caller: Caller,
    @Args('tenant', {
      type: () => ID,
      nullable: true,
      description: 'For operators: the tenant that is meant; left out, their own.',
    })
    tenant?: string,
  ): Promise<UsageView> {
    return this.service.read(caller, tenant ?? undefined);
  }
}
