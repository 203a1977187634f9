import type { FastifyInstance } from 'fastify';

import type { HavenConfig } from '@haven/config';

import { escapeHtml, sendPage } from './page.js';

/** Something that Haven serves, as the start page presents it. */
interface Destination {
  name: string;
  path: string;
  title: string;
  text: string;
}

/** Serves `GET /`: a page with links to what Haven serves for browsers, and the same links as JSON for all others. */
export function serveStartPage(fastify: FastifyInstance, config: HavenConfig): void {
  const destinations = destinationsOf(config);
  const cards = (prefix: string): string =>
    destinations
      .map(
        ({ path, title, text }) =>
          `<li><a href="${prefix}${path}"><strong>${title}</strong>${escapeHtml(text)}</a></li>`,
      )
      .join('\n');
  fastify.get('/', { config: { access: 'public' } }, async (request, reply) => {
    const { headers, publicPrefix } = request;
    void reply.header('vary', 'Accept').header('cache-control', 'no-cache');
    if (!headers.accept?.includes('text/html')) {
      const links = destinations.map(({ name, path }) => [name, `${publicPrefix}${path}`]);
      return reply.send({ name: 'Haven', links: Object.fromEntries(links) });
    }
    return sendPage(reply, publicPrefix, {
      title: 'Haven',
      isStart: true,
      main: `<h1>Haven</h1>\n<p>${INTRODUCTION}</p>\n<ul class="cards">\n${cards(publicPrefix)}\n</ul>`,
    });
  });
}

const INTRODUCTION =
  'This server stores JSON documents in named collections, and serves them over REST and GraphQL. Every change is kept.';

function destinationsOf({ console: { enabled }, docs, graphql }: HavenConfig): Destination[] {
  return [
    ...(enabled
      ? [{ name: 'console', path: '/console', title: 'Console', text: 'See, edit, undo and follow your data.' }]
      : []),
    ...(docs.enabled
      ? [
          { name: 'guide', path: '/docs/guide', title: 'Guide', text: 'Learn Haven by examples, and look up details.' },
          {
            name: 'docs',
            path: '/docs',
            title: 'REST API',
            text: 'Read about every operation and try it (Swagger UI).',
          },
        ]
      : []),
    {
      name: 'graphql',
      path: '/graphql',
      title: 'GraphQL',
      text: graphql.ide ? 'Write queries and follow changes (GraphiQL).' : 'The endpoint for GraphQL clients.',
    },
    { name: 'openapi', path: '/openapi.json', title: 'OpenAPI', text: 'The description of the REST API for programs.' },
    { name: 'health', path: '/health', title: 'Health', text: 'The state of this server and its parts.' },
    {
      name: 'collections',
      path: '/api/v1/collections',
      title: 'Collections',
      text: 'The collections of your tenant, as JSON.',
    },
  ];
}
