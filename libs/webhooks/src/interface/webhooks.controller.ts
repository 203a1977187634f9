import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';

import { CurrentCaller, Operation, PageClass, PageQuery } from '@haven/api';
import type { PageOf } from '@haven/api';
import { Preconditions } from '@haven/http';
import { Idempotent } from '@haven/idempotency';
import type { Caller, Precondition } from '@haven/kernel';

import { DeliveryAttemptView } from '../application/deliveries.contract.js';
import {
  IssuedWebhookView,
  NewWebhookInput,
  WebhookChangesInput,
  WebhookRotationInput,
  WebhookView,
} from '../application/webhooks.contract.js';
import { WebhooksService } from '../application/webhooks.service.js';

const WebhookPage = PageClass(WebhookView, 'WebhookPage');

/** Webhooks over REST. */
@ApiTags('webhooks')
@Controller({ path: 'webhooks', version: '1' })
export class WebhooksController {
  constructor(private readonly webhooks: WebhooksService) {}

  @Post()
  @Idempotent()
  @Operation({
    id: 'createWebhook',
    summary: 'Create a webhook',
    description: 'It receives changes from now on, or those after `after`. Only this response contains its secret.',
    status: 201,
    body: NewWebhookInput,
    example: { url: 'https://example.com/haven', collections: ['movies'] },
    response: IssuedWebhookView,
    secret: true,
    etag: true,
    errors: ['QUOTA_EXCEEDED', 'FILTER_INVALID', 'LIMIT_EXCEEDED', 'CURSOR_INVALID', 'CURSOR_EXPIRED'],
  })
  create(@CurrentCaller() caller: Caller, @Body() input: NewWebhookInput): Promise<IssuedWebhookView> {
    return this.webhooks.create(caller, input);
  }

  @Get()
  @Operation({
    id: 'webhooks',
    summary: 'List the webhooks, oldest first',
    description: 'The list contains paused and disabled webhooks too, and no secrets.',
    response: WebhookPage,
    errors: ['CURSOR_INVALID', 'VALIDATION_FAILED', 'LIMIT_EXCEEDED'],
  })
  async list(@CurrentCaller() caller: Caller, @Query() query: PageQuery): Promise<PageOf<WebhookView>> {
    return WebhookPage.of(await this.webhooks.list(caller, query));
  }

  @Get(':id')
  @Operation({
    id: 'webhook',
    summary: 'Read a webhook',
    description: 'Returns everything about the webhook except its secret and the values of its headers.',
    response: WebhookView,
    etag: true,
    additionalResponses: { 304: 'Not modified (`If-None-Match`).' },
    errors: ['NOT_FOUND'],
  })
  get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<WebhookView> {
    return this.webhooks.get(caller, id);
  }

  @Patch(':id')
  @Idempotent()
  @Operation({
    id: 'updateWebhook',
    summary: 'Change, pause or resume a webhook',
    description:
      'Members that are left out stay unchanged. With `paused: false`, a webhook that Haven has disabled ' +
      'resumes too.',
    body: WebhookChangesInput,
    example: { description: 'Keeps the search index up to date.' },
    consumes: ['application/merge-patch+json', 'application/json'],
    response: WebhookView,
    etag: true,
    conditional: true,
    errors: ['NOT_FOUND', 'VERSION_CONFLICT', 'FILTER_INVALID', 'LIMIT_EXCEEDED'],
  })
  change(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() input: WebhookChangesInput,
    @Preconditions() precondition: Precondition,
  ): Promise<WebhookView> {
    return this.webhooks.change(caller, id, input, precondition);
  }

  @Delete(':id')
  @Idempotent()
  @Operation({
    id: 'deleteWebhook',
    summary: 'Delete a webhook and its delivery log',
    description: 'A delivery that is in progress may still arrive.',
    status: 204,
    conditional: true,
    errors: ['NOT_FOUND', 'VERSION_CONFLICT', 'VALIDATION_FAILED'],
  })
  delete(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Preconditions() precondition: Precondition,
  ): Promise<void> {
    return this.webhooks.delete(caller, id, precondition);
  }

  @Post(':id/rotate')
  @Idempotent()
  @Operation({
    id: 'rotateWebhook',
    summary: 'Rotate the secret of a webhook',
    description: 'Deliveries are also signed with the previous secrets until the overlap ends.',
    body: WebhookRotationInput,
    example: { overlapSeconds: 3_600 },
    response: IssuedWebhookView,
    secret: true,
    etag: true,
    errors: ['NOT_FOUND'],
  })
  rotate(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() input: WebhookRotationInput,
  ): Promise<IssuedWebhookView> {
    return this.webhooks.rotate(caller, id, input);
  }

  @Post(':id/test')
  @Idempotent()
  @Operation({
    id: 'testWebhook',
    summary: 'Send a sample event to a webhook',
    description:
      'The type of the event is `webhook.test`. It is sent once, in whatever state the webhook is, and is not logged.',
    response: DeliveryAttemptView,
    errors: ['NOT_FOUND', 'VALIDATION_FAILED'],
  })
  test(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<DeliveryAttemptView> {
    return this.webhooks.test(caller, id);
  }
}
