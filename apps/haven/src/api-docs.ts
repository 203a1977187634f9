import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { OpenAPIObject } from '@nestjs/swagger';

import type { HavenConfig } from '@haven/config';
import { declareRoutes } from '@haven/http';
import { catalogue } from '@haven/kernel';
import { WebhookEvent } from '@haven/webhooks';

import { errorsPage } from './errors-page.js';
import { withWebhooks } from './webhook-docs.js';

type OperationObject = { responses: Record<string, unknown>; security?: object[] };

/** OpenAPI 3.1 at `/openapi.json`, Swagger UI at `/docs`, the catalogue of errors at `/docs/errors`. */
export function serveApiDocs(app: NestFastifyApplication, config: HavenConfig): void {
  let made: OpenAPIObject | undefined;
  const document = () => (made ??= openApi(app)); // when somebody first asks: a start should not wait for it
  const fastify = app.getHttpAdapter().getInstance();
  fastify.get('/openapi.json', { config: { access: 'public' } }, async (_request, reply) => reply.send(document()));
  if (!config.docs.enabled) return;
  declareRoutes(fastify, (pattern) => pattern === '/docs' || pattern.startsWith('/docs/'), { access: 'public' });
  fastify.get('/docs/errors', async (_request, reply) => reply.type('text/html; charset=utf-8').send(errorsPage()));
  SwaggerModule.setup('docs', app, document, {
    customSiteTitle: 'Haven API',
    swaggerOptions: { displayRequestDuration: true, tryItOutEnabled: true, persistAuthorization: true },
    jsonDocumentUrl: '/docs/openapi.json',
    yamlDocumentUrl: '/docs/openapi.yaml',
  });
}

/** The API's description, made from the controllers and contract classes. */
export function openApi(app: NestFastifyApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Haven')
    .setDescription('A record store with two faces: JSON documents in named collections, over REST and GraphQL alike.')
    .setVersion('1')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/')
    .addTag('collections', 'Named sets of records and their settings.')
    .addTag('records', 'JSON documents, their versions and lists.')
    .addTag('changes', 'What happens to records, in one order: pages and streams.')
    .addTag('webhooks', 'Where changes are sent to, and what became of each.')
    .addTag('audit', 'The checkpoints that prove the log of events.')
    .addTag('tenants', 'The isolated customers of this Haven, for operators.')
    .addTag('api-keys', 'Who may come in, and to do what.')
    .addBearerAuth({ type: 'http', description: 'An API key, `hvn_…`, or a token.' }, 'bearer')
    .addTag('health', 'Probes, outside the API.');
  const document = SwaggerModule.createDocument(app, builder.build(), {
    operationIdFactory: (_controller, method) => method,
    extraModels: [WebhookEvent],
  });
  const described = withWebhooks(withRefusals(document));
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
    code: { type: 'string', description: 'The kind of mistake.' },
    detail: { type: 'string', description: 'What is wrong.' },
    pointer: { type: 'string', description: 'JSON Pointer (RFC 6901) into the request.' },
  },
};

/** RFC 9457, with Haven's own members. */
const PROBLEM = {
  type: 'object',
  description: 'An error (RFC 9457).',
  required: ['type', 'title', 'status', 'detail', 'instance', 'code', 'traceId'],
  properties: {
    type: { type: 'string', format: 'uri-reference', description: 'Where the kind of error is described.' },
    title: { type: 'string', description: 'The kind of error.' },
    status: { type: 'integer', description: 'The HTTP status.' },
    detail: { type: 'string', description: 'What is wrong here.' },
    instance: { type: 'string', format: 'uri-reference', description: 'The address that was asked for.' },
    code: {
      type: 'string',
      enum: Object.keys(catalogue),
      description: "The kind of error, as GraphQL's `extensions.code` has it.",
    },
    traceId: { type: 'string', description: 'W3C trace id of the request.' },
    current: { type: 'integer', description: 'The version that is, where a precondition failed.' },
    index: { type: 'integer', description: 'The operation of a batch that failed, counted from 0.' },
    'violated-policies': {
      type: 'array',
      items: { type: 'string' },
      description: 'The rate limits that do not allow it, as `RateLimit-Policy` names them.',
    },
    errors: { type: 'array', items: DETAIL, description: 'Each place that is wrong.' },
  },
} as const;

/** The probes need no key and know no mistake of their own, but the server may refuse any request that is no HTTP. */
function withRefusals(document: OpenAPIObject): OpenAPIObject {
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

/** OpenAPI 3.1 says `type: [T, null]` (or `oneOf` with null) where 3.0 said `nullable`, which is all the generator knows. */
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
