import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';

import { TypeMetadataStorage } from '@nestjs/graphql';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, RouteOptions } from 'fastify';
import { describe, expect, it, vi } from 'vitest';

import { wrappersOf } from '@haven/api';
import { IdempotentExecution, SingleWriteExecution } from '@haven/idempotency';

import { startHaven } from '../support/haven.js';

/**
 * All routes of Fastify, with their access and cost. `optional` routes serve clients without a key, uncounted. HEAD is
 * left out: Fastify adds it to each GET, with the same access and cost. A request with OPTIONS costs nothing.
 */
const ROUTES = `
GET     /                                                                      public
GET     /api/v1/api-keys                                                       authenticated  read
POST    /api/v1/api-keys                                                       authenticated  write
GET     /api/v1/api-keys/:id                                                   authenticated  read
DELETE  /api/v1/api-keys/:id                                                   authenticated  write
POST    /api/v1/api-keys/:id/rotate                                            authenticated  write
GET     /api/v1/audit/checkpoint                                               authenticated  read
GET     /api/v1/audit/checkpoints                                              authenticated  read
POST    /api/v1/batch                                                          authenticated  write
GET     /api/v1/caller                                                         authenticated  read
GET     /api/v1/changes                                                        authenticated  read
GET     /api/v1/collections                                                    authenticated  read
POST    /api/v1/collections                                                    authenticated  write
GET     /api/v1/collections/:collection                                        authenticated  read
DELETE  /api/v1/collections/:collection                                        authenticated  write
PATCH   /api/v1/collections/:collection                                        authenticated  write
PUT     /api/v1/collections/:collection                                        authenticated  write
GET     /api/v1/collections/:collection/export                                 authenticated  read
POST    /api/v1/collections/:collection/aggregate                              authenticated  read
POST    /api/v1/collections/:collection/delete                                 authenticated  write
POST    /api/v1/collections/:collection/export                                 authenticated  read
POST    /api/v1/collections/:collection/import                                 authenticated  write
POST    /api/v1/collections/:collection/query                                  authenticated  read
GET     /api/v1/collections/:collection/records                                authenticated  read
QUERY   /api/v1/collections/:collection/records                                authenticated  read
POST    /api/v1/collections/:collection/records                                authenticated  write
GET     /api/v1/collections/:collection/records/:id                            authenticated  read
DELETE  /api/v1/collections/:collection/records/:id                            authenticated  write
PATCH   /api/v1/collections/:collection/records/:id                            authenticated  write
PUT     /api/v1/collections/:collection/records/:id                            authenticated  write
POST    /api/v1/collections/:collection/records/:id/erase                      authenticated  write
GET     /api/v1/collections/:collection/records/:id/history                    authenticated  read
GET     /api/v1/collections/:collection/records/:id/history/:version           authenticated  read
POST    /api/v1/collections/:collection/records/:id/restore                    authenticated  write
GET     /api/v1/collections/:collection/records/by/:index/:value               authenticated  read
DELETE  /api/v1/collections/:collection/records/by/:index/:value               authenticated  write
PATCH   /api/v1/collections/:collection/records/by/:index/:value               authenticated  write
PUT     /api/v1/collections/:collection/records/by/:index/:value               authenticated  write
POST    /api/v1/collections/:collection/update                                 authenticated  write
GET     /api/v1/stats                                                          authenticated  read
GET     /api/v1/tenants                                                        authenticated  read
POST    /api/v1/tenants                                                        authenticated  write
GET     /api/v1/tenants/:id                                                    authenticated  read
DELETE  /api/v1/tenants/:id                                                    authenticated  write
PATCH   /api/v1/tenants/:id                                                    authenticated  write
GET     /api/v1/usage                                                          authenticated  read
GET     /api/v1/webhooks                                                       authenticated  read
POST    /api/v1/webhooks                                                       authenticated  write
GET     /api/v1/webhooks/:id                                                   authenticated  read
DELETE  /api/v1/webhooks/:id                                                   authenticated  write
PATCH   /api/v1/webhooks/:id                                                   authenticated  write
GET     /api/v1/webhooks/:id/deliveries                                        authenticated  read
GET     /api/v1/webhooks/:id/deliveries/:delivery                              authenticated  read
POST    /api/v1/webhooks/:id/deliveries/:delivery/redeliver                    authenticated  write
POST    /api/v1/webhooks/:id/replay                                            authenticated  write
POST    /api/v1/webhooks/:id/rotate                                            authenticated  write
GET     /api/v1/webhooks/:id/status                                            authenticated  read
POST    /api/v1/webhooks/:id/test                                              authenticated  write
GET     /docs                                                                  public
GET     /docs/                                                                 public
GET     /docs/*                                                                public
GET     /docs/docs/swagger-ui-init.js                                          public
GET     /docs/errors                                                           public
GET     /docs/guide                                                            public
GET     /docs/guide/*                                                          public
GET     /docs/index.html                                                       public
GET     /docs/LICENSE                                                          public
GET     /docs/openapi.json                                                     public
GET     /docs/openapi.yaml                                                     public
GET     /docs/swagger-ui-init.js                                               public
GET     /docs/tenant.json                                                      optional
GET     /graphql                                                               authenticated  read
OPTIONS /graphql                                                               authenticated
POST    /graphql                                                               authenticated  read
GET     /graphql/ide/:version/:file                                            public
GET     /health                                                                public
GET     /livez                                                                 public
GET     /metrics                                                               public
GET     /openapi.json                                                          optional
GET     /openapi/generic.json                                                  public
GET     /readyz                                                                public
GET     /startupz                                                              public
`;

/** Requests that match no route. */
const UNMATCHED = `
GET     /api                                                                   authenticated  read
GET     /api/v1/nowhere                                                        authenticated  read
POST    /api/v2/collections                                                    authenticated  write
GET     /graphql/nowhere                                                       authenticated  read
POST    /graphql/nowhere                                                       authenticated  write
GET     /nowhere                                                               public
POST    /nowhere                                                               public
GET     /docs/nowhere/nowhere                                                  public
`;

const QUOTA = 1_000;
const COSTS: Record<number, string> = { 1: 'read', 7: 'write' };

const routes: RouteOptions[] = [];
const { getInstance } = FastifyAdapter.prototype;
vi.spyOn(FastifyAdapter.prototype, 'getInstance').mockImplementationOnce(function (this: FastifyAdapter) {
  const fastify = getInstance.call(this) as unknown as FastifyInstance;
  fastify.get('/planted', () => 'It declares nothing.');
  fastify.addHook('onRoute', (route) => void routes.push(route));
  return fastify as never;
});

const haven = startHaven([
  'rateLimits.readCost=1',
  'rateLimits.writeCost=7',
  `rateLimits.perTenant=${QUOTA}`,
  'rateLimits.perAddress=100000',
]);

interface Row {
  method: string;
  path: string;
  access: string;
  /** Undefined for public routes. */
  cost?: string;
}

const print = ({ method, path, access, cost = '' }: Row): string =>
  `${method.padEnd(8)}${path.padEnd(71)}${access.padEnd(15)}${cost}`.trimEnd();

const rowsOf = (table: string): Row[] =>
  table
    .trim()
    .split('\n')
    .map((line) => line.split(/ +/))
    .map(([method = '', path = '', access = '', cost]) => ({ method, path, access, cost }));

/**
 * Determines the access and the cost of a route. Sends it one request without a valid key and, to see what a request is
 * charged, one of a tenant that has sent no request before.
 */
async function found({ method, path }: Row): Promise<Row> {
  const url = `/${path.replaceAll(/:[a-z]+/gi, randomUUID()).replace('*', 'nowhere')}`;
  const stranger = await haven.rest(method, url, undefined, { authorization: 'Bearer nobody' });
  const { headers } = await haven.rest(method, url, undefined, { 'x-test-tenant': randomUUID() });
  const remaining = /"tenant";r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1];
  const cost = remaining === undefined ? undefined : COSTS[QUOTA - Number(remaining)];
  const isOptional = cost === undefined && method !== 'OPTIONS';
  const access = stranger.status !== 401 ? 'public' : isOptional ? 'optional' : 'authenticated';
  return { method, path, access, cost };
}

it('has exactly these routes', () => {
  const all = routes.flatMap(({ url, method }) => [method].flat().map((name) => `${name} ${url}`));
  const known = rowsOf(ROUTES).map(({ method, path }) => `${method} ${path}`);
  expect(all.filter((route) => !route.startsWith('HEAD ')).toSorted()).toEqual(known.toSorted());
  for (const head of all.filter((route) => route.startsWith('HEAD ')))
    expect(known).toContain(head.replace('HEAD', 'GET'));
});

describe.each([
  ['a route', ROUTES],
  ['no route', UNMATCHED],
])('the authentication and the cost of a request that matches %s', (_what, table) => {
  it.each(rowsOf(table).map((row) => [print(row), row] as const))('%s', async (line, row) => {
    expect(print(await found(row))).toBe(line);
    const head = { ...row, method: 'HEAD' };
    const isRouted = routes.some(({ url, method }) => url === row.path && method === 'HEAD');
    if (isRouted && row.method === 'GET') expect(print(await found(head))).toBe(print(head));
  });
});

it('requires a caller on a route that declares nothing', async () => {
  const planted = { method: 'GET', path: '/planted', access: 'authenticated', cost: 'read' };
  expect(await found(planted)).toEqual(planted);
});

it('opens no WebSocket on a REST route', async () => {
  const upgrade = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
  const headers = { ...upgrade, 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', authorization: 'Bearer nobody' };
  const asked = request(haven.url, { path: '/api/v1/changes', headers }).end();
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    asked.once('response', resolve).once('upgrade', resolve).once('error', reject);
  });
  expect(response.statusCode).toBeOneOf([401, 404]); // 404 before Node 24.9, which cannot ignore an upgrade
  response.destroy();
});

it('accepts an idempotency key for every GraphQL mutation', () => {
  const mutations = TypeMetadataStorage.getMutationsMetadata();
  expect(mutations.length).toBeGreaterThan(10);
  for (const { target, methodName } of mutations) {
    const services = wrappersOf(target.prototype, methodName);
    const isIdempotent = services.some((one) => one === IdempotentExecution || one === SingleWriteExecution);
    expect(isIdempotent, methodName).toBe(true);
  }
});
