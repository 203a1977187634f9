import { Args, ID, Int, Mutation, Query, Resolver } from '@nestjs/graphql';

import { Connection, ConnectionArgs, CurrentCaller, toPageRequest } from '@haven/api';
import type { ConnectionOf } from '@haven/api';
import { Idempotent } from '@haven/idempotency';
import { Precondition } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { DeliveryAttemptView } from '../application/deliveries.contract.js';
import {
  IssuedWebhookView,
  NewWebhookInput,
  WebhookChangesInput,
  WebhookRotationInput,
  WebhookView,
} from '../application/webhooks.contract.js';
import { WebhooksService } from '../application/webhooks.service.js';

const WebhookConnection = Connection(WebhookView, 'Webhook');

const IdArg = () => Args('id', { type: () => ID, description: 'ID of the webhook.' });
const ExpectedArg = () =>
  Args('expectedRevision', {
    type: () => Int,
    nullable: true,
    description: 'The revision that the webhook must have, like `If-Match` in REST.',
  });

/** Webhooks over GraphQL. */
@Resolver(() => WebhookView)
export class WebhooksResolver {
  constructor(private readonly service: WebhooksService) {}

  @Query(() => WebhookView, { nullable: true, description: 'One webhook.' })
  webhook(@CurrentCaller() caller: Caller, @IdArg() id: string): Promise<WebhookView> {
    return this.service.get(caller, id);
  }

  @Query(() => WebhookConnection, { nullable: true, description: 'The webhooks, oldest first.' })
  async webhooks(@CurrentCaller() caller: Caller, @Args() page: ConnectionArgs): Promise<ConnectionOf<WebhookView>> {
    return WebhookConnection.of(await this.service.list(caller, toPageRequest(page)));
  }

  @Mutation(() => IssuedWebhookView, {
    nullable: true,
    description: 'Creates a webhook. Only this response contains its secret.',
  })
  @Idempotent()
  createWebhook(
    @CurrentCaller() caller: Caller,
    @Args('input', { description: 'Endpoint to create.' }) input: NewWebhookInput,
  ): Promise<IssuedWebhookView> {
    return this.service.create(caller, input);
  }

  @Mutation(() => WebhookView, { nullable: true, description: 'Changes, pauses or resumes a webhook.' })
  @Idempotent()
  updateWebhook(
    @CurrentCaller() caller: Caller,
    @IdArg() id: string,
    @Args('input', { description: 'Fields to change.' }) input: WebhookChangesInput,
    @ExpectedArg() expected?: number,
  ): Promise<WebhookView> {
    return this.service.change(caller, id, input, Precondition.of(expected));
  }

  @Mutation(() => Boolean, { nullable: true, description: 'Deletes a webhook and its delivery log.' })
  @Idempotent()
  async deleteWebhook(
    @CurrentCaller() caller: Caller,
    @IdArg() id: string,
    @ExpectedArg() expected?: number,
  ): Promise<boolean> {
    await this.service.delete(caller, id, Precondition.of(expected));
    return true;
  }

  @Mutation(() => IssuedWebhookView, {
    nullable: true,
    description: 'Rotates the secret of a webhook. Only this response contains the new secret.',
  })
  @Idempotent()
  rotateWebhook(
    @CurrentCaller() caller: Caller,
    @IdArg() id: string,
    @Args('input', {
      type: () => WebhookRotationInput,
      nullable: true,
      defaultValue: {},
      description: 'Options of the rotation.',
    })
    input: WebhookRotationInput,
  ): Promise<IssuedWebhookView> {
    return this.service.rotate(caller, id, input);
  }

  @Mutation(() => DeliveryAttemptView, {
    nullable: true,
    description: 'Sends a sample event of type `webhook.test` to a webhook, once.',
  })
  @Idempotent()
  testWebhook(@CurrentCaller() caller: Caller, @IdArg() id: string): Promise<DeliveryAttemptView> {
    return this.service.test(caller, id);
  }
}
