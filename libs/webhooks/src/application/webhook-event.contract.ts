import { ID } from '@nestjs/graphql';

import { DateTime, Expose, Json, Output } from '@haven/api';
import type { ChangeView } from '@haven/changes';
import { EVENT_TYPES } from '@haven/kernel';

/** What is sent on demand, and is no change. */
export const TEST = 'webhook.test';

/** A change as webhooks send it; of a test, the position is null. */
export type SentChange = Omit<ChangeView, 'cursor' | 'record'> & {
  cursor: string | null;
  record?: ChangeView['record'];
};

/** The body of a delivery. No door answers with it: it is described in OpenAPI's `webhooks`. */
@Output('WebhookEvent', 'A change as webhooks send it: a CloudEvent (CloudEvents 1.0, JSON format).')
export class WebhookEvent {
  @Expose('The version of CloudEvents.', { as: String, schema: { enum: ['1.0'] } })
  specversion!: '1.0';

  @Expose('The `webhook-id`: the same in each attempt, and for each webhook. UUID.', {
    as: ID,
    schema: { format: 'uuid' },
  })
  id!: string;

  @Expose('Where it happened: `/tenants/{id}/collections/{name}`.', { schema: { format: 'uri-reference' } })
  source!: string;

  @Expose('What happened; `webhook.test` is sent on demand and is no change.', {
    as: String,
    schema: { enum: [...EVENT_TYPES, TEST] },
  })
  type!: string;

  @Expose('UUID of the record.', { as: String, schema: { format: 'uuid' } })
  subject!: string | null;

  @Expose('When it happened.', { as: DateTime })
  time!: string | null;

  @Expose('What `data` is.', { as: String, schema: { enum: ['application/json'] } })
  datacontenttype!: 'application/json';

  @Expose('UUID of the record: what has the same is in order.', { as: String, schema: { format: 'uuid' } })
  partitionkey!: string | null;

  @Expose('W3C trace context of the request that made the change, as the header says it too.', {
    schema: { pattern: '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$' },
  })
  traceparent!: string;

  @Expose('The change.', { as: Json, schema: { $ref: '#/components/schemas/WebhookChange' } })
  data!: SentChange;
}
