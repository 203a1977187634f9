import { Args, ID, Int, Mutation, Query, Resolver } from '@nestjs/graphql';

import { Connection, CurrentCaller } from '@haven/api';
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

const IdArg = () => Args('id', { type: () => ID });
const ExpectedArg = () =>
  Args('expectedRevision', {
    type: () => Int,
    nullable: true,
    description: 'The revision it must be at; REST says `If-Match`.',
  });

/** Webhooks over GraphQL. */
@Resolver(() => WebhookView)
export class WebhooksResolver {
  constructor(private readonly service: WebhooksService) {}

  @Query(() => WebhookView, { nullable: true, description: 'One webhook.' })
  webhook(@CurrentCaller() caller: Caller, @IdArg() id: string): Promise<WebhookView> {
    return this.service.get(caller, id);
  }

  @Query(() => WebhookConnection, { description: 'The webhooks, oldest first.' })
  async webhooks(
    @CurrentCaller() caller: Caller,
    @Args('first', { type: () => Int, nullable: true, description: 'Items a page; 20 if left out.' }) limit?: number,
    @Args('after', { type: () => String, nullable: true, description: 'The page after this cursor.' }) after?: string,
  ): Promise<ConnectionOf<WebhookView>> {
    const window = { limit: limit ?? undefined, after: after ?? undefined };
    return WebhookConnection.of(await this.service.list(caller, window));
  }

  @Mutation(() => IssuedWebhookView, { description: 'Makes a webhook, and shows its secret this once.' })
  @Idempotent()
  createWebhook(@CurrentCaller() caller: Caller, @Args('input') input: NewWebhookInput): Promise<IssuedWebhookView> {
    return this.service.create(caller, input);
  }

  @Mutation(() => WebhookView, { description: 'Changes a webhook, lets it wait, or lets it go on.' })
  @Idempotent()
  updateWebhook(
    @CurrentCaller() caller: Caller,
    @IdArg() id: string,
    @Args('input') input: WebhookChangesInput,
    @ExpectedArg() expected?: number,
  ): Promise<WebhookView> {
    return this.service.change(caller, id, input, Precondition.of(expected));
  }

  @Mutation(() => Boolean, { description: 'Deletes a webhook and its log.' })
  @Idempotent()
  async deleteWebhook(
    @CurrentCaller() caller: Caller,
    @IdArg() id: string,
    @ExpectedArg() expected?: number,
  ): Promise<boolean> {
    await this.service.delete(caller, id, Precondition.of(expected));
    return true;
  }

  @Mutation(() => IssuedWebhookView, { description: 'Gives a webhook another secret, and shows it this once.' })
  @Idempotent()
  rotateWebhook(
    @CurrentCaller() caller: Caller,
    @IdArg() id: string,
    @Args('input', { type: () => WebhookRotationInput, nullable: true, defaultValue: {} }) input: WebhookRotationInput,
  ): Promise<IssuedWebhookView> {
    return this.service.rotate(caller, id, input);
  }

  @Mutation(() => DeliveryAttemptView, { description: 'Sends a sample of type `webhook.test` to a webhook, once.' })
  @Idempotent()
  testWebhook(@CurrentCaller() caller: Caller, @IdArg() id: string): Promise<DeliveryAttemptView> {
    return this.service.test(caller, id);
  }
}
