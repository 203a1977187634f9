import type { OpenAPIObject } from '@nestjs/swagger';

type Schema = { properties: Record<string, object>; required: string[]; [keyword: string]: unknown };

/** Adds OpenAPI's `webhooks`: the requests to receivers, described by the classes that are sent. */
export function withWebhooks(document: OpenAPIObject): OpenAPIObject {
  const published = document.components?.schemas ?? {};
  const { WebhookEvent, Change } = published as Record<'WebhookEvent' | 'Change', Schema>; // the document contains both
  const { enum: types } = WebhookEvent.properties['type'] as { enum: string[] }; // declared by its class
  const schemas = { ...published, WebhookChange: sent(Change, types) };
  const webhooks = Object.fromEntries(types.map((type) => [type, { post: receive(type) }]));
  // The cast is needed because the types of Nest's generator know only OpenAPI 3.0.
  return { ...document, components: { ...document.components, schemas }, webhooks } as OpenAPIObject;
}

/** Returns the schema of a change as webhooks send it: without `record` if `thin`, and without `cursor` in a test. */
function sent({ properties, required, ...change }: Schema, types: readonly string[]): Schema {
  return {
    ...change,
    description:
      'A change as webhooks send it. With the payload `thin`, `record` is omitted; in `webhook.test`, `cursor` is null.',
    properties: {
      ...properties,
      cursor: { ...properties['cursor'], nullable: true },
      type: { type: 'string', enum: types, description: 'Type of the event.' },
    },
    required: required.filter((name) => name !== 'record'),
  };
}

function receive(type: string): object {
  return {
    operationId: `receive-${type}`,
    tags: ['webhooks'],
    summary: type === 'webhook.test' ? 'Receive a sample event' : `Receive ${type}`,
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
  'webhook-id': [
    'Id of the message, the same in each attempt. Receivers use it to detect repeated messages.',
    { format: 'uuid' },
  ],
  'webhook-timestamp': ['Time of this attempt, in seconds since 1970.', { pattern: '^[0-9]+$' }],
  'webhook-signature': [
    'One signature for each valid secret, separated by spaces (Standard Webhooks).',
    { pattern: '^v1a?,[A-Za-z0-9+/=]+( v1a?,[A-Za-z0-9+/=]+)*$' },
  ],
  traceparent: ['W3C trace context of the request that caused the change.', {}],
} as const).map(([name, [description, schema]]) => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string', ...schema },
}));

const RETRY = {
  description: 'The receiver is overloaded. No message is sent before the time in `Retry-After`.',
  headers: {
    'Retry-After': { description: 'Number of seconds, or a date.', schema: { type: 'string' } },
  },
};

const RESPONSES = {
  '2XX': { description: 'The message was received.' },
  '3XX': { description: 'Counts as a failure, because redirects are not followed.' },
  '410': { description: 'The receiver wants no more messages. The webhook is disabled.' },
  '429': RETRY,
  '503': RETRY,
  default: { description: 'The message was not received. It is sent again.' },
};
