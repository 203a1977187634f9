import { fastify } from 'fastify';
import { expect, it } from 'vitest';

import { declareRoutes, declareUnmatched, readRoutes } from './route.js';

/**
 * Returns the route configuration that applies to a request. URLs are not normalized by `canonicalUrl`, so that unusual
 * spellings of a path reach the router.
 */
async function declaredFor(method: 'GET' | 'HEAD' | 'OPTIONS' | 'POST', url: string): Promise<unknown> {
  const app = fastify({ routerOptions: { ignoreTrailingSlash: true } });
  readRoutes(app);
  declareRoutes(app, (pattern) => pattern.startsWith('/docs'), { access: 'public' });
  declareUnmatched(app, '/api', { api: 'rest' });
  let declared: unknown;
  app.addHook('onRequest', ({ route: { api, access, cost } }, _reply, done) => {
    declared = { api, access, cost };
    done();
  });
  app.post('/api/v1/things/:id/query', { config: { api: 'rest', cost: 'read' } }, () => ({}));
  app.get('/docs', () => '');
  app.get('/undeclared', () => '');
  await app.inject({ method, url });
  await app.close();
  return declared;
}

const QUERY = { api: 'rest', cost: 'read' };
const BELOW_API = { api: 'rest' };
const PUBLIC = { access: 'public' };

it.each([
  ['POST', '/api/v1/things/1/query', QUERY],
  ['POST', '/%61pi/v1/things/1/%71uery', QUERY],
  ['POST', '/api/v1/things/1/query/?x=/docs', QUERY],
  ['GET', '/docs', PUBLIC],
  ['HEAD', '/docs', PUBLIC],
  ['GET', '/undeclared', {}],
  ['GET', '/api', BELOW_API],
  ['GET', '/api/v1/nowhere', BELOW_API],
  ['GET', '/%61pi/v1/nowhere', BELOW_API],
  ['GET', `/api/${'long/'.repeat(400)}`, BELOW_API],
  ['HEAD', '/api/v1/nowhere', BELOW_API],
  ['OPTIONS', '/api/v1/things/1/query', BELOW_API],
  ['POST', '/nowhere', PUBLIC],
  ['GET', '/apis', PUBLIC],
] as const)('%s %s has its declarations', async (method, url, declared) => {
  expect(await declaredFor(method, url)).toEqual(declared);
});
