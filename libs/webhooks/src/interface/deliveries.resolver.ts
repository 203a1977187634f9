import { Args, ID, Int, Mutation, Query, Resolver } from '@nestjs/graphql';

import { Connection, CurrentCaller } from '@haven/api';
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

const WebhookArg = () => Args('webhook', { type: () => ID, description: 'Id of the webhook.' });
const IdArg = () => Args('id', { type: () => ID });

/** What became of deliveries, and sending again, over GraphQL. */
@Resolver(() => DeliveryView)
export class DeliveriesResolver {
  constructor(private readonly service: DeliveriesService) {}

  @Query(() => WebhookStatusView, { nullable: true, description: 'How far a webhook is, and what waits.' })
  webhookStatus(@CurrentCaller() caller: Caller, @IdArg() id: string): Promise<WebhookStatusView> {
    return this.service.status(caller, id);
  }

  @Query(() => DeliveryConnection, { description: 'The deliveries of a webhook, the newest changes first.' })
  async deliveries(
    @CurrentCaller() caller: Caller,
    @WebhookArg() webhook: string,
    @Args('state', {
      type: () => String,
      nullable: true,
      description: 'Only those that are `delivered`, `retrying`, `held` or `dead`.',
    })
    state?: string,
    @Args('first', { type: () => Int, nullable: true, description: 'Items a page; 20 if left out.' }) limit?: number,
    @Args('after', { type: () => String, nullable: true, description: 'The page after this cursor.' }) after?: string,
  ): Promise<ConnectionOf<DeliveryView>> {
    const window = { limit: limit ?? undefined, after: after ?? undefined };
    return DeliveryConnection.of(await this.service.list(caller, webhook, window, state ?? undefined));
  }

  @Query(() => DeliveryView, { nullable: true, description: 'One delivery.' })
  delivery(@CurrentCaller() caller: Caller, @WebhookArg() webhook: string, @IdArg() id: string): Promise<DeliveryView> {
    return this.service.get(caller, webhook, id);
  }

  @Mutation(() => DeliveryView, { description: 'Sends a change once more, at once.' })
  @Idempotent()
  redeliver(
    @CurrentCaller() caller: Caller,
    @WebhookArg() webhook: string,
    @IdArg() id: string,
  ): Promise<DeliveryView> {
    return this.service.redeliver(caller, webhook, id);
  }

  @Mutation(() => WebhookReplayedView, { description: 'Sends all dead again, or a part of the feed.' })
  @Idempotent()
  replayWebhook(
    @CurrentCaller() caller: Caller,
    @IdArg() id: string,
    @Args('input') input: WebhookReplayInput,
  ): Promise<WebhookReplayedView> {
    return this.service.replay(caller, id, input);
  }
}
