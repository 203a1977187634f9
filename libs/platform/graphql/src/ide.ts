import { createHash } from 'node:crypto';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Query that the page shows initially. */
const EXAMPLE = `# Haven over GraphQL: the same records, rules and errors as REST.
{
  collections { edges { node { name revision } } }
}
`;

/**
 * Serves GraphiQL at `/graphql` to browsers; every other GET request there is a query. The page comes from an npm
 * package and works offline. Call this after `configureHttp`, whose hooks must run first.
 */
export function serveIde(fastify: FastifyInstance): void {
  let page: Promise<{ html: string; policy: string }> | undefined;
  const show = async (reply: FastifyReply): Promise<void> => {
    try {
      const { html, policy } = await (page ??= render());
      reply.header('content-security-policy', policy).type('text/html; charset=utf-8').send(html);
    } catch (error) {
      page = undefined;
      reply.send(error);
    }
  };
  fastify.addHook('onRequest', (request, reply, done) => {
    if (!asksForPage(request)) return done();
    void show(reply);
  });
}

/** Whether a browser requests the page. The page contains no data, so it needs no authentication. */
function asksForPage({ method, headers, route, is404, url }: FastifyRequest): boolean {
  return (
    method === 'GET' &&
    route.api === 'graphql' &&
    !is404 &&
    headers.accept?.includes('text/html') === true &&
    !url.includes('?')
  );
}

/**
 * Renders the page. Its content security policy allows the inline script by hash and the editor's workers as blobs, and
 * no other origin.
 */
async function render(): Promise<{ html: string; policy: string }> {
  // Imported only when the page is requested, because the editor takes 9 MB.
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  // Without `endpoint`, the page sends its requests to its own path, which a reverse proxy may have changed.
  const html = renderGraphiQL({ title: 'Haven GraphQL', defaultQuery: EXAMPLE });
  const hashes = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
    ([, script = '']) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  );
  const policy = [
    "default-src 'self'",
    `script-src ${hashes.join(' ')} blob: 'unsafe-eval'`,
    'worker-src blob:',
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "frame-ancestors 'none'",
  ];
  return { html, policy: policy.join('; ') };
}
