import type { OpenAPIObject } from '@nestjs/swagger';

type Schema = { properties: Record<string, object>; required: string[]; [keyword: string]: unknown };

/** OpenAPI's `webhooks`: what receivers are sent, made from the classes that it is sent as. */
export function withWebhooks(document: OpenAPIObject): OpenAPIObject {
  const published = document.components?.schemas ?? {};
  const { WebhookEvent, Change } = published as Record<'WebhookEvent' | 'Change', Schema>; // both are among them
  const { enum: types } = WebhookEvent.properties['type'] as { enum: string[] }; // as its class says
  const schemas = { ...published, WebhookChange: sent(Change, types) };
  const webhooks = Object.fromEntries(types.map((type) => [type, { post: receive(type) }]));
  return { ...document, components: { ...document.components, schemas }, webhooks } as OpenAPIObject; // whose types stop at 3.0
}

/** A change as the feed shows it, but that `thin` leaves the record out, and a test has no position. */
function sent({ properties, required, ...change }: Schema, types: readonly string[]): Schema {
  return {
    ...change,
    description: 'A change as webhooks send it. `thin` leaves `record` out; in `webhook.test`, `cursor` is null.',
    properties: {
      ...properties,
      cursor: { ...properties['cursor'], nullable: true },
      type: { type: 'string', enum: types, description: 'What happened.' },
    },
    required: required.filter((name) => name !== 'record'),
  };
}

function receive(type: string): object {
  return {
    operationId: `receive-${type}`,
    tags: ['webhooks'],
    summary: type === 'webhook.test' ? 'Receive a sample' : `Receive ${type}`,
    security: [],
    parameters: HEADERS,
    requestBody: {
      required: true,
      content: { 'application/cloudevents+json': { schema: { $ref: '#/components/schemas/WebhookEvent' } } },
    },
    responses: RESPONSES,
  };
}

const HEADERS = Object.entries({
  'webhook-id': ['The same in each attempt: what was handled before is known by it.', { format: 'uuid' }],
  'webhook-timestamp': ['When this attempt was made, in seconds since 1970.', { pattern: '^[0-9]+$' }],
  'webhook-signature': [
    'A signature for each secret that is good, separated by spaces (Standard Webhooks).',
    { pattern: '^v1a?,[A-Za-z0-9+/=]+( v1a?,[A-Za-z0-9+/=]+)*$' },
  ],
  traceparent: ['W3C trace context of the request that made the change.', {}],
} as const).map(([name, [description, schema]]) => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string', ...schema },
}));

const RETRY = {
  description: 'You have too much to do: nothing is sent until then.',
  headers: {
    'Retry-After': { description: 'Seconds, or a date.', schema: { type: 'string' } },
  },
};

const RESPONSES = {
  '2XX': { description: 'You have it.' },
  '3XX': { description: 'A failure: redirects are not followed.' },
  '410': { description: 'You want no more: the webhook is disabled.' },
  '429': RETRY,
  '503': RETRY,
  default: { description: 'You do not have it: it is sent again.' },
};
