import { createHash } from 'node:crypto';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** What a browser opens first: the page works offline, from the package. */
const EXAMPLE = `# Haven over GraphQL: the same records, rules and errors as REST.
{
  collections { edges { node { name revision } } }
}
`;

/** Serves GraphiQL at `/graphql` to browsers; every other GET there is a query. Call it after `configureHttp`, whose hooks run first. */
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

/** Whether a browser opens the endpoint. The page holds no data, so it is served before anybody is asked for a key. */
function asksForPage({ method, headers, route, is404, url }: FastifyRequest): boolean {
  return (
    method === 'GET' &&
    route.api === 'graphql' &&
    !is404 &&
    headers.accept?.includes('text/html') === true &&
    !url.includes('?')
  );
}

/** The page's one inline script is allowed by its hash, its editor's workers as blobs; nothing comes from elsewhere. */
async function render(): Promise<{ html: string; policy: string }> {
  // The editor's 9 MB are not loaded before somebody wants to see them.
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const html = renderGraphiQL({ title: 'Haven GraphQL', defaultQuery: EXAMPLE, endpoint: '/graphql' });
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
