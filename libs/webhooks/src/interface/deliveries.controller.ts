import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { IsIn } from 'class-validator';

import { CurrentCaller, Expose, Operation, PageClass, PageQuery } from '@haven/api';
import type { PageOf } from '@haven/api';
import { Idempotent } from '@haven/idempotency';
import type { Caller } from '@haven/kernel';

import {
  DeliveryView,
  WebhookReplayedView,
  WebhookReplayInput,
  WebhookStatusView,
} from '../application/deliveries.contract.js';
import { DeliveriesService } from '../application/deliveries.service.js';
import { DELIVERY_STATES } from '../domain/delivery.js';

const DeliveryPage = PageClass(DeliveryView, 'DeliveryPage');

/** Parameters of `GET /webhooks/{id}/deliveries`. */
class ListDeliveriesQuery extends PageQuery {
  @Expose('Only deliveries in this state.', { optional: true, schema: { enum: DELIVERY_STATES } })
  @IsIn(DELIVERY_STATES)
  state?: string;
}

/** Delivery log, redelivery and replay over REST. */
@ApiTags('webhooks')
@Controller({ path: 'webhooks/:id', version: '1' })
export class DeliveriesController {
  constructor(private readonly deliveries: DeliveriesService) {}

  @Get('status')
  @Operation({
    id: 'webhookStatus',
    summary: 'Read the status of a webhook',
    description:
      'Returns the position of the webhook in the change feed, the number of deliveries that wait, and since ' +
      'when they fail.',
    response: WebhookStatusView,
    errors: ['NOT_FOUND'],
  })
  status(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<WebhookStatusView> {
    return this.deliveries.status(caller, id);
  }

  @Get('deliveries')
  @Operation({
    id: 'deliveries',
    summary: 'List the deliveries of a webhook, newest changes first',
    description:
      'Deliveries in the state `delivered` are kept for `webhooks.keepDelivered`, `dead` ones for `webhooks.keepDead`.',
    response: DeliveryPage,
    errors: ['NOT_FOUND', 'CURSOR_INVALID', 'VALIDATION_FAILED', 'LIMIT_EXCEEDED'],
  })
  async list(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Query() query: ListDeliveriesQuery,
  ): Promise<PageOf<DeliveryView>> {
    return DeliveryPage.of(await this.deliveries.list(caller, id, query, query.state));
  }

  @Get('deliveries/:delivery')
  @Operation({
    id: 'delivery',
    summary: 'Read a delivery',
    description: 'Returns the state of the delivery, and its attempts with the responses of the receiver.',
    response: DeliveryView,
    errors: ['NOT_FOUND'],
  })
  get(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Param('delivery') delivery: string,
  ): Promise<DeliveryView> {
    return this.deliveries.get(caller, id, delivery);
  }

  @Post('deliveries/:delivery/redeliver')
  @Idempotent()
  @Operation({
    id: 'redeliver',
    summary: 'Send a change again',
    description: 'It is sent now, in whatever state the delivery is. If that fails, it is retried like a new change.',
    status: 202,
    response: DeliveryView,
    errors: ['NOT_FOUND', 'VALIDATION_FAILED'],
  })
  redeliver(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Param('delivery') delivery: string,
  ): Promise<DeliveryView> {
    return this.deliveries.redeliver(caller, id, delivery);
  }

  @Post('replay')
  @Idempotent()
  @Operation({
    id: 'replayWebhook',
    summary: 'Send dead deliveries or a part of the feed again',
    description:
      'With `dead`, sends all dead deliveries again. With `after`, sends a part of the change feed again, ' +
      'including changes that were delivered.',
    status: 202,
    body: WebhookReplayInput,
    example: { dead: true },
    response: WebhookReplayedView,
    errors: ['NOT_FOUND', 'CURSOR_INVALID', 'CURSOR_EXPIRED'],
  })
  replay(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() input: WebhookReplayInput,
  ): Promise<WebhookReplayedView> {
    return this.deliveries.replay(caller, id, input);
  }
}
