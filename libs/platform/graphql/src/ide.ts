import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { HavenConfig } from '@haven/config';
import { HavenError } from '@haven/kernel';

import { GRAPHQL_PATH } from './graphql-route.js';
import { loadIdeFiles } from './ide-files.js';
import type { IdeFiles } from './ide-files.js';

/**
 * The page and its files come from this server. The editor creates functions from text, and its style sheet contains
 * fonts and images.
 */
const CONTENT_POLICY = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Browsers keep the files for a year, the longest time that is customary. */
const FOREVER = 'public, max-age=31536000, immutable';

/**
 * Serves GraphiQL at `/graphql` to browsers, with any query in the URL, so that links to a document can be shared.
 * Every other GET request there runs a query. Call this after `configureHttp`, whose hooks must run first.
 *
 * @param logo an SVG image
 */
export function serveIde(fastify: FastifyInstance, { limits }: HavenConfig, logo: string): void {
  let loading: Promise<IdeFiles> | undefined;
  const load = (): Promise<IdeFiles> =>
    (loading ??= loadIdeFiles().catch((error: unknown) => {
      loading = undefined;
      throw error;
    }));
  const show = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    try {
      const { version } = await load();
      reply
        .headers({ 'content-security-policy': CONTENT_POLICY, 'cache-control': 'private, no-cache' })
        .type('text/html; charset=utf-8')
        .send(pageOf(`${request.publicPrefix}${GRAPHQL_PATH}/ide/${version}`, limits.uriBytes, logo));
    } catch (error) {
      reply.send(error);
    }
  };
  fastify.addHook('onRequest', (request, reply, done) => {
    if (!asksForPage(request)) return done();
    void show(request, reply);
  });
  const config = { access: 'public', isStatic: true } as const;
  fastify.get<{ Params: { version: string; file: string } }>(
    `${GRAPHQL_PATH}/ide/:version/:file`,
    { config },
    async ({ params }, reply) => {
      const { version, files } = await load();
      const file = params.version === version ? files.get(params.file) : undefined;
      if (!file) throw new HavenError('NOT_FOUND', 'The IDE has no such file; reload its page.');
      return reply
        .headers({ 'content-security-policy': CONTENT_POLICY, 'cache-control': FOREVER, etag: `"${version}"` })
        .type(file.type)
        .send(file.content);
    },
  );
}

/** Whether a browser requests the page. The page contains no data, so it needs no authentication. */
function asksForPage({ method, headers: { accept = '' }, route, is404 }: FastifyRequest): boolean {
  return (
    (method === 'GET' || method === 'HEAD') &&
    route.api === 'graphql' &&
    !is404 &&
    accept.includes('text/html') &&
    !accept.includes('json')
  );
}

/** Returns the page. It has no inline script, so that its content security policy can forbid them. */
function pageOf(files: string, mostUrlBytes: number, logo: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Haven GraphQL</title>
    <link rel="icon" href="data:image/svg+xml,${encodeURIComponent(logo)}">
    <link rel="stylesheet" href="${files}/graphiql.css">
    <script defer src="${files}/setup.js"></script>
    <script defer src="${files}/graphiql.js"></script>
    <script type="module" src="${files}/page.js"></script>
  </head>
  <body id="body" class="no-focus-outline" data-most-url-bytes="${mostUrlBytes}">
    <noscript>This page needs JavaScript.</noscript>
    <template id="logo">${logo}</template>
    <div id="root"></div>
  </body>
</html>
`;
}
