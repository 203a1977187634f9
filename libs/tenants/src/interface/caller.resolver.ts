import { Query, Resolver } from '@nestjs/graphql';

import { CurrentCaller } from '@haven/api';
import type { Caller } from '@haven/kernel';

import { CallerView } from '../application/caller.contract.js';
import { TenantsService } from '../application/tenants.service.js';

/** Describes the caller over GraphQL. */
@Resolver(() => CallerView)
export class CallerResolver {
  constructor(private readonly tenants: TenantsService) {}

  @Query(() => CallerView, { nullable: true, description: 'Who the caller is, and what it may do. Needs no scope.' })
  caller(@CurrentCaller() caller: Caller): Promise<CallerView> {
    return this.tenants.describe(caller);
  }
}
