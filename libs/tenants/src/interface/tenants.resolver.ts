import { Args, ID, Int, Mutation, Query, Resolver } from '@nestjs/graphql';

import { Connection, ConnectionArgs, CurrentCaller, toPageRequest } from '@haven/api';
import type { ConnectionOf } from '@haven/api';
import { Idempotent } from '@haven/idempotency';
import { Precondition } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { NewTenantInput, TenantChangesInput, TenantView } from '../application/tenants.contract.js';
import { TenantsService } from '../application/tenants.service.js';

const TenantConnection = Connection(TenantView, 'Tenant');

const IdArg = () => Args('id', { type: () => ID, description: 'ID of the tenant.' });
const ExpectedArg = () =>
  Args('expectedRevision', {
    type: () => Int,
    nullable: true,
    description: 'Revision that the tenant must have, like `If-Match` in REST.',
  });

/** Manages tenants over GraphQL, for operators. */
@Resolver(() => TenantView)
export class TenantsResolver {
  constructor(private readonly service: TenantsService) {}

  @Query(() => TenantView, { nullable: true, description: 'One tenant. For operators.' })
  tenant(@CurrentCaller() caller: Caller, @IdArg() id: string): Promise<TenantView> {
    return this.service.get(caller, id);
  }

  @Query(() => TenantConnection, { nullable: true, description: 'The tenants, oldest first. For operators.' })
  async tenants(@CurrentCaller() caller: Caller, @Args() page: ConnectionArgs): Promise<ConnectionOf<TenantView>> {
    return TenantConnection.of(await this.service.list(caller, toPageRequest(page)));
  }

  @Mutation(() => TenantView, { nullable: true, description: 'Creates a tenant. For operators.' })
  @Idempotent()
  createTenant(
    @CurrentCaller() caller: Caller,
    @Args('input', { description: 'Tenant to create.' }) input: NewTenantInput,
  ): Promise<TenantView> {
    return this.service.create(caller, input);
  }

  @Mutation(() => TenantView, {
    nullable: true,
    description: 'Renames, suspends or resumes a tenant, or changes its quotas. For operators.',
  })
  @Idempotent()
  updateTenant(
    @CurrentCaller() caller: Caller,
    @IdArg() id: string,
    @Args('input', { description: 'Fields to change.' }) input: TenantChangesInput,
    @ExpectedArg() expected?: number,
  ): Promise<TenantView> {
    return this.service.change(caller, id, input, Precondition.of(expected));
  }

  @Mutation(() => TenantView, {
    nullable: true,
    description:
      'Deletes a tenant: rejects its credentials at once and removes its data in the background. For operators.',
  })
  @Idempotent()
  deleteTenant(
    @CurrentCaller() caller: Caller,
    @IdArg() id: string,
    @ExpectedArg() expected?: number,
  ): Promise<TenantView> {
    return this.service.delete(caller, id, Precondition.of(expected));
  }
}
