import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';

import { Connection, ConnectionArgs, CurrentCaller, toPageRequest } from '@haven/api';
import type { ConnectionOf } from '@haven/api';
import { Idempotent } from '@haven/idempotency';
import type { Caller } from '@haven/kernel';

import { ApiKeyView, IssuedApiKeyView, KeyRotationInput, NewApiKeyInput } from '../application/api-keys.contract.js';
import { ApiKeysService } from '../application/api-keys.service.js';

const ApiKeyConnection = Connection(ApiKeyView, 'ApiKey');

const IdArg = () => Args('id', { type: () => ID, description: 'ID of the API key.' });
const TenantArg = () =>
  Args('tenant', {
    type: () => ID,
    nullable: true,
    description:
      "Tenant of the keys. Only operators can name a tenant other than their own. Defaults to the caller's tenant.",
  });

/** Manages API keys over GraphQL. */
@Resolver(() => ApiKeyView)
export class ApiKeysResolver {
  constructor(private readonly service: ApiKeysService) {}

  @Query(() => ApiKeyView, { nullable: true, description: 'One API key.' })
  apiKey(@CurrentCaller() caller: Caller, @IdArg() id: string, @TenantArg() tenant?: string): Promise<ApiKeyView> {
    return this.service.get(caller, id, tenant ?? undefined);
  }

  @Query(() => ApiKeyConnection, { nullable: true, description: 'The API keys, oldest first.' })
  async apiKeys(
    @CurrentCaller() caller: Caller,
    @Args() page: ConnectionArgs,
    @TenantArg() tenant?: string,
  ): Promise<ConnectionOf<ApiKeyView>> {
    return ApiKeyConnection.of(await this.service.list(caller, toPageRequest(page), tenant ?? undefined));
  }

  @Mutation(() => IssuedApiKeyView, {
    nullable: true,
    description: 'Creates an API key. Its secret is returned only this once.',
  })
  @Idempotent()
  createApiKey(
    @CurrentCaller() caller: Caller,
    @Args('input', { description: 'API key to create.' }) input: NewApiKeyInput,
  ): Promise<IssuedApiKeyView> {
    return this.service.create(caller, input);
  }

  @Mutation(() => Boolean, {
    nullable: true,
    description: 'Revokes an API key. It is rejected everywhere within a second.',
  })
  @Idempotent()
  async revokeApiKey(
    @CurrentCaller() caller: Caller,
    @IdArg() id: string,
    @TenantArg() tenant?: string,
  ): Promise<boolean> {
    await this.service.revoke(caller, id, tenant ?? undefined);
    return true;
  }

  @Mutation(() => IssuedApiKeyView, {
    nullable: true,
    description: 'Gives an API key a new secret, which is returned only this once.',
  })
  @Idempotent()
  rotateApiKey(
    @CurrentCaller() caller: Caller,
    @IdArg() id: string,
    @Args('input', {
      type: () => KeyRotationInput,
      nullable: true,
      defaultValue: {},
      description: 'Options of the rotation.',
    })
    input: KeyRotationInput,
  ): Promise<IssuedApiKeyView> {
    return this.service.rotate(caller, id, input);
  }
}
