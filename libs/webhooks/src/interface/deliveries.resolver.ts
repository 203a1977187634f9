import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';

import { Connection, ConnectionArgs, CurrentCaller, toPageRequest } from '@haven/api';
import type { ConnectionOf } from '@haven/api';
import { Idempotent } from '@haven/idempotency';
import type { Caller } from '@haven/kernel';

import {
  DeliveryView,
  WebhookReplayedView,
  WebhookReplayInput,
  WebhookStatusView,
} from '../application/deliveries.contract.js';
import { DeliveriesService } from '../application/deliveries.service.js';

const DeliveryConnection = Connection(DeliveryView, 'Delivery');

const WebhookArg = () => Args('webhook', { type: () => ID, description: 'ID of the webhook.' });
const IdArg = () => Args('id', { type: () => ID, description: 'ID of the event.' });

/** Delivery log, redelivery and replay over GraphQL. */
@Resolver(() => DeliveryView)
export class DeliveriesResolver {
  constructor(private readonly service: DeliveriesService) {}

  @Query(() => WebhookStatusView, {
    nullable: true,
    description: 'Status of a webhook: its progress in the feed, and its undelivered changes.',
  })
  webhookStatus(@CurrentCaller() caller: Caller, @IdArg() id: string): Promise<WebhookStatusView> {
    return this.service.status(caller, id);
  }

  @Query(() => DeliveryConnection, {
    nullable: true,
    description: 'The deliveries of a webhook, newest changes first.',
  })
  async deliveries(
    @CurrentCaller() caller: Caller,
    @WebhookArg() webhook: string,
    @Args() page: ConnectionArgs,
    @Args('state', {
      type: () => String,
      nullable: true,
      description: 'Only deliveries in this state: `delivered`, `retrying`, `held` or `dead`.',
    })
    state?: string,
  ): Promise<ConnectionOf<DeliveryView>> {
    return DeliveryConnection.of(await this.service.list(caller, webhook, toPageRequest(page), state ?? undefined));
  }

  @Query(() => DeliveryView, { nullable: true, description: 'One delivery.' })
  delivery(@CurrentCaller() caller: Caller, @WebhookArg() webhook: string, @IdArg() id: string): Promise<DeliveryView> {
    return this.service.get(caller, webhook, id);
  }

  @Mutation(() => DeliveryView, { nullable: true, description: 'Sends a change again now.' })
  @Idempotent()
  redeliver(
    @CurrentCaller() caller: Caller,
    @WebhookArg() webhook: string,
    @IdArg() id: string,
  ): Promise<DeliveryView> {
    return this.service.redeliver(caller, webhook, id);
  }

  @Mutation(() => WebhookReplayedView, {
    nullable: true,
    description: 'Sends dead deliveries or a part of the feed again.',
  })
  @Idempotent()
  replayWebhook(
    @CurrentCaller() caller: Caller,
    @IdArg() id: string,
    @Args('input', { description: 'Deliveries to send again.' }) input: WebhookReplayInput,
  ): Promise<WebhookReplayedView> {
    return this.service.replay(caller, id, input);
  }
}
