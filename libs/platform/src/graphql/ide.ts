import { createHash } from 'node:crypto';

import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import type { FastifyInstance } from 'fastify';

/** What a browser opens first: the page works offline, from the package. */
const EXAMPLE = `# Haven over GraphQL: the same records, rules and errors as REST.
{
  collections { edges { node { name revision } } }
}
`;

/** Serves GraphiQL at `/graphql` to browsers; every other GET there is a query. */
export function serveIde(fastify: FastifyInstance): void {
  let page: { html: string; policy: string } | undefined;
  fastify.addHook('onRequest', (request, reply, done) => {
    if (request.method !== 'GET' || request.url !== '/graphql' || !request.headers.accept?.includes('text/html'))
      return done();
    page ??= render();
    void reply.header('content-security-policy', page.policy).type('text/html; charset=utf-8').send(page.html);
  });
}

/** The page's one inline script is allowed by its hash, its editor's workers as blobs; nothing comes from elsewhere. */
function render(): { html: string; policy: string } {
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
