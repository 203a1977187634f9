import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { HavenConfig } from '@haven/config';

import type { OpenApiDocuments, OpenApiText } from './tenant-openapi.js';

/** The route of the generic document. */
const GENERIC = '/openapi/generic.json';

/** The document of Swagger UI for the caller. */
const FOR_SWAGGER_UI = '/docs/tenant.json';

/** Returns the URL of the API as a client sees it, for `servers` in a document. */
export function serverUrl({ server: { publicUrl } }: HavenConfig): (request: { publicPrefix: string }) => string {
  const url = publicUrl === undefined ? undefined : new URL(publicUrl).href.replace(/\/$/, '');
  return ({ publicPrefix }) => url ?? (publicPrefix || '/');
}

/**
 * Serves the OpenAPI documents: at `/openapi.json` that of the caller's tenant, or the generic one to a client without
 * a key, and at `/openapi/generic.json` always the generic one.
 */
export function serveOpenApi(fastify: FastifyInstance, config: HavenConfig, documents: OpenApiDocuments): void {
  const urlFor = serverUrl(config);
  fastify.get(GENERIC, { config: { access: 'public', isStatic: true } }, async (request, reply) => {
    const { text } = await documents.of(undefined, { url: urlFor(request) });
    return reply.type(JSON_TYPE).send(await text());
  });
  fastify.get('/openapi.json', { config: { access: 'optional' } }, async (request, reply) =>
    send(await documents.of(request.caller, { url: urlFor(request) }), request, reply),
  );
  if (!config.docs.enabled) return;
  fastify.get(FOR_SWAGGER_UI, { config: { access: 'optional', isStatic: false } }, async (request, reply) => {
    const served = { url: urlFor(request), swaggerUi: request.publicPrefix };
    return send(await documents.of(request.caller, served), request, reply);
  });
}

const JSON_TYPE = 'application/json; charset=utf-8';

/** Sends a document, or 304 if the client has it already. */
async function send({ hash, text }: OpenApiText, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const varying = reply.getHeader('vary');
  reply.headers({
    etag: `"${hash}"`,
    'cache-control': 'private, no-cache',
    vary: varying ? `${String(varying)}, Authorization` : 'Authorization',
  });
  const known = request.headers['if-none-match'];
  if (known === '*' || known?.includes(`"${hash}"`)) return reply.code(304).send();
  return reply.type(JSON_TYPE).send(await text());
}
