import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { OpenAPIObject } from '@nestjs/swagger';

import { withBodies } from '@haven/api';
import { catalogue } from '@haven/kernel';
import { WebhookEvent } from '@haven/webhooks';

import { withWebhooks } from './webhook-docs.js';

type OperationObject = { responses: Record<string, unknown>; security?: object[] };

/** Generates the OpenAPI document from the controllers and contract classes. */
export function openApi(app: NestFastifyApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Haven')
    .setDescription('A record store: JSON documents in named collections, with a REST and a GraphQL API.')
    .setVersion('1')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/')
    .addTag('collections', 'Named sets of records and their settings.')
    .addTag('records', 'JSON documents, their versions and lists.')
    .addTag('changes', 'Changes of records in one order, as pages and as streams.')
    .addTag('webhooks', 'Endpoints that changes are sent to, and the state of each delivery.')
    .addTag('audit', 'Checkpoints that prove that the log of events is unaltered.')
    .addTag('stats', 'Overview: what is stored, and the requests of the last hour.')
    .addTag('usage', 'How much a tenant stores, and its quotas.')
    .addTag('caller', 'The sender of the request, and its permissions.')
    .addTag('tenants', 'Customers of this Haven server, isolated from each other. For operators.')
    .addTag('api-keys', 'Credentials of clients, with their scopes.')
    .addBearerAuth({ type: 'http', description: 'An API key, `hvn_…`, or a token.' }, 'bearer')
    .addTag('health', 'Probes, outside the API.');
  const document = SwaggerModule.createDocument(app, builder.build(), {
    operationIdFactory: (_controller, method) => method,
    extraModels: [WebhookEvent],
  });
  const described = withWebhooks(withMalformedRequest(withBodies(document)));
  const schemas = { ...described.components?.schemas, Problem: PROBLEM };
  return nullableAsType({
    ...described,
    security: [{ bearer: [] }],
    components: { ...described.components, schemas },
  }) as OpenAPIObject;
}

const DETAIL = {
  type: 'object',
  required: ['code', 'detail', 'pointer'],
  properties: {
    code: { type: 'string', description: 'Code of the error in this place.' },
    detail: { type: 'string', description: 'What is wrong.' },
    pointer: { type: 'string', description: 'JSON Pointer (RFC 6901) into the request.' },
  },
};

/** Schema of every error response: a problem (RFC 9457) with the members that Haven adds. */
const PROBLEM = {
  type: 'object',
  description: 'An error (RFC 9457).',
  required: ['type', 'title', 'status', 'detail', 'instance', 'code', 'traceId'],
  properties: {
    type: { type: 'string', format: 'uri-reference', description: 'URL of the description of this kind of error.' },
    title: { type: 'string', description: 'The kind of error.' },
    status: { type: 'integer', description: 'The HTTP status.' },
    detail: { type: 'string', description: 'What is wrong with this request.' },
    instance: { type: 'string', format: 'uri-reference', description: 'URL of the request.' },
    code: {
      type: 'string',
      enum: Object.keys(catalogue),
      description: 'Code of the error; the same as `extensions.code` in GraphQL.',
    },
    traceId: { type: 'string', description: 'W3C trace id of the request.' },
    current: { type: 'integer', description: 'The current version, if a precondition failed.' },
    index: { type: 'integer', description: 'Index of the failed operation in a batch, counted from 0.' },
    'violated-policies': {
      type: 'array',
      items: { type: 'string' },
      description: 'Names of the exceeded rate limits, as in `RateLimit-Policy`.',
    },
    errors: { type: 'array', items: DETAIL, description: 'One entry for each invalid place in the request.' },
  },
} as const;

/**
 * Completes the operations outside `/api/`: they need no API key, and their only error response is that to a malformed
 * HTTP request.
 */
function withMalformedRequest(document: OpenAPIObject): OpenAPIObject {
  for (const [path, item] of Object.entries(document.paths)) {
    if (path.startsWith('/api/')) continue;
    for (const operation of Object.values(item) as OperationObject[]) {
      operation.security = [];
      operation.responses['400'] = MALFORMED;
    }
  }
  return document;
}

const MALFORMED = {
  description: `\`MALFORMED_REQUEST\`: ${catalogue.MALFORMED_REQUEST.description}`,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

/**
 * Replaces the keyword `nullable`, which the generator writes and which exists only in OpenAPI 3.0. The type of a
 * nullable schema becomes `[T, 'null']`. A schema without a single type becomes one alternative of a `oneOf`, and null
 * the other.
 */
function nullableAsType(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(nullableAsType);
  if (typeof node !== 'object' || node === null) return node;
  const { nullable, ...rest } = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, nullableAsType(value)]),
  ) as Record<string, unknown>;
  if (nullable !== true) return nullable === undefined ? rest : { nullable, ...rest };
  return typeof rest['type'] === 'string'
    ? { ...rest, type: [rest['type'], 'null'] }
    : { oneOf: [rest, { type: 'null' }] };
}
