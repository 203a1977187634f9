import { ID } from '@nestjs/graphql';

import { DateTime, Expose, Json, Output } from '@haven/api';
import type { ChangeView } from '@haven/changes';
import { EVENT_TYPES } from '@haven/kernel';
import type { PrintsItself } from '@haven/kernel';

/** Type of the sample event that `testWebhook` sends. It is not a change. */
export const TEST_EVENT = 'webhook.test';

/** The change in a webhook event. `cursor` is null in a test event, whose record is a plain object. */
export type SentChange = Omit<ChangeView, 'cursor' | 'record'> & {
  cursor: string | null;
  record?: Omit<NonNullable<ChangeView['record']>, keyof PrintsItself> | null;
};

/** Body of a webhook request. No operation returns it; OpenAPI describes it under `webhooks`. */
@Output('WebhookEvent', 'Body of a webhook request: a change as a CloudEvent (CloudEvents 1.0, JSON format).')
export class WebhookEvent {
  @Expose('Version of CloudEvents.', { as: String, schema: { enum: ['1.0'] } })
  specversion!: '1.0';

  @Expose('UUID. Sent as the header `webhook-id` too; the same in every attempt and for all webhooks.', {
    as: ID,
    schema: { format: 'uuid' },
  })
  id!: string;

  @Expose('Collection of the record: `/tenants/{id}/collections/{name}`.', { schema: { format: 'uri-reference' } })
  source!: string;

  @Expose('Type of the change. `webhook.test` is a sample that was requested, not a change.', {
    as: String,
    schema: { enum: [...EVENT_TYPES, TEST_EVENT] },
  })
  type!: string;

  @Expose('UUID of the record.', { as: String, schema: { format: 'uuid' } })
  subject!: string | null;

  @Expose('When the record was changed.', { as: DateTime })
  time!: string | null;

  @Expose('Media type of `data`.', { as: String, schema: { enum: ['application/json'] } })
  datacontenttype!: 'application/json';

  @Expose('UUID of the record. Events with the same key are in order.', { as: String, schema: { format: 'uuid' } })
  partitionkey!: string | null;

  @Expose('W3C trace context of the request that made the change; the same as the header `traceparent`.', {
    schema: { pattern: '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$' },
  })
  traceparent!: string;

  @Expose('The change.', { as: Json, schema: { $ref: '#/components/schemas/WebhookChange' } })
  data!: SentChange;
}
