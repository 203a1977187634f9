import { Args, ID, Int, Mutation, Query, Resolver } from '@nestjs/graphql';

import { Connection, CurrentCaller } from '@haven/api';
import type { ConnectionOf } from '@haven/api';
import { Idempotent } from '@haven/idempotency';
import { Precondition } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { NewTenantInput, TenantChangesInput, TenantView } from '../application/tenants.contract.js';
import { TenantsService } from '../application/tenants.service.js';

const TenantConnection = Connection(TenantView, 'Tenant');

const IdArg = () => Args('id', { type: () => ID });
const ExpectedArg = () =>
  Args('expectedRevision', {
    type: () => Int,
    nullable: true,
    description: 'The revision it must be at; REST says `If-Match`.',
  });

/** Tenants over GraphQL, for operators. */
@Resolver(() => TenantView)
export class TenantsResolver {
  constructor(private readonly service: TenantsService) {}

  @Query(() => TenantView, { nullable: true, description: 'One tenant; for operators.' })
  tenant(@CurrentCaller() caller: Caller, @IdArg() id: string): Promise<TenantView> {
    return this.service.get(caller, id);
  }

  @Query(() => TenantConnection, { description: 'The tenants, oldest first; for operators.' })
  async tenants(
    @CurrentCaller() caller: Caller,
    @Args('first', { type: () => Int, nullable: true, description: 'Items a page; 20 if left out.' }) limit?: number,
    @Args('after', { type: () => String, nullable: true, description: 'The page after this cursor.' }) after?: string,
  ): Promise<ConnectionOf<TenantView>> {
    return TenantConnection.of(
      await this.service.list(caller, { limit: limit ?? undefined, after: after ?? undefined }),
    );
  }

  @Mutation(() => TenantView, { description: 'Makes a tenant; for operators.' })
  @Idempotent()
  createTenant(@CurrentCaller() caller: Caller, @Args('input') input: NewTenantInput): Promise<TenantView> {
    return this.service.create(caller, input);
  }

  @Mutation(() => TenantView, { description: 'Renames or suspends a tenant, or lets it go on; for operators.' })
  @Idempotent()
  updateTenant(
    @CurrentCaller() caller: Caller,
    @IdArg() id: string,
    @Args('input') input: TenantChangesInput,
    @ExpectedArg() expected?: number,
  ): Promise<TenantView> {
    return this.service.change(caller, id, input, Precondition.of(expected));
  }

  @Mutation(() => TenantView, {
    description: 'Deletes a tenant: refuses it at once, and removes what it has in the background; for operators.',
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
