import { randomUUID } from 'node:crypto';

import { Controller, Get, Post } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createApp } from '../../src/app.js';
import { generatedDocs } from '../../src/generate-docs.js';
import { startHaven, testConfig } from '../support/haven.js';
import type { ApiResponse } from '../support/haven.js';

/** A route that declares neither parameters nor a body. */
@Controller({ path: 'planted', version: '1' })
class PlantedController {
  static calls = 0;

  @Get()
  read(): { calls: number } {
    return { calls: ++PlantedController.calls };
  }

  @Post()
  write(): { calls: number } {
    return { calls: ++PlantedController.calls };
  }
}

interface Route {
  method: string;
  path: string;
  /** Media type of the body; undefined if the route declares no body. */
  mediaType: string | undefined;
}

/** Routes that are missing in the OpenAPI document, because OpenAPI 3.1 cannot describe the method QUERY. */
const UNDOCUMENTED: Route[] = [
  { method: 'QUERY', path: '/api/v1/collections/{collection}/records', mediaType: 'application/json' },
];

const haven = startHaven();
let planted: NestFastifyApplication;

beforeAll(async () => {
  planted = await createApp(testConfig(), haven.address, undefined, (module) => ({
    ...module,
    controllers: [PlantedController],
  }));
});
afterAll(() => planted?.close());

function documentedRoutes(): Route[] {
  const { paths } = JSON.parse(generatedDocs(haven.app)['openapi.json'] ?? '') as {
    paths: Record<string, Record<string, { requestBody?: { content: object } }>>;
  };
  return Object.entries(paths)
    .filter(([path]) => path.startsWith('/api/v1/'))
    .flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, { requestBody }]) => ({
        method: method.toUpperCase(),
        path,
        mediaType: requestBody && Object.keys(requestBody.content)[0],
      })),
    )
    .concat(UNDOCUMENTED);
}

/** Returns the rows of all tables that a request can change, with their transaction ids. */
async function everything(): Promise<unknown> {
  // The tables that are excluded here change in the background, without a request.
  const tables = await haven.sql<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'haven' AND table_type = 'BASE TABLE'
     AND table_name NOT IN ('feed', 'feed_heads', 'collection_sizes', 'tenant_activity', 'total_activity', 'sequencer',
       'checkpoints', 'migrations') ORDER BY 1`,
  );
  const contents = tables.map(async ({ name }) => [
    name,
    await haven.sql(`SELECT t.xmin::text, t::text FROM haven.${name} t ORDER BY 2`),
  ]);
  return Promise.all(contents);
}

describe('every route of the API', () => {
  it('rejects an unknown parameter, and changes nothing', async () => {
    const ids = await things();
    const before = await everything();
    for (const { method, path, mediaType } of documentedRoutes()) {
      const body = mediaType && (mediaType.includes('json') && !mediaType.includes('ndjson') ? '{}' : '');
      const response = await haven.rest(
        method,
        `/${pathOf(path, ids)}?surprise=1`,
        body,
        mediaType ? { 'content-type': mediaType } : {},
      );
      expectRefusal(response, `${method} ${path}`, '/surprise');
    }
    expect(await everything()).toEqual(before);
  });

  it('rejects a body if none is declared, and changes nothing', async () => {
    const ids = await things();
    const before = await everything();
    const bodiless = documentedRoutes().filter(({ mediaType, method }) => !mediaType && method !== 'GET');
    expect(bodiless.length).toBeGreaterThan(5);
    for (const { method, path } of bodiless) {
      expectRefusal(await haven.rest(method, `/${pathOf(path, ids)}`, { surprise: 1 }), `${method} ${path}`, '');
    }
    for (const { path } of documentedRoutes().filter(({ method }) => method === 'GET')) {
      const response = await send(haven.url, 'GET', `/api/v1/${pathOf(path, ids)}`, { surprise: 1 });
      expectRefusal(response, `GET ${path}`, '');
    }
    expect(await everything()).toEqual(before);
  });
});

describe('a route without declared input', () => {
  let url: string;
  beforeAll(async () => {
    await planted.listen(0, '127.0.0.1');
    url = await planted.getUrl();
  });

  it('accepts a request without parameters and body', async () => {
    expect((await send(url, 'POST', '/api/v1/planted')).status).toBe(201);
    expect((await send(url, 'GET', '/api/v1/planted?')).status).toBe(200);
  });

  it('rejects both before its handler runs', async () => {
    const { calls } = PlantedController;
    for (const method of ['GET', 'POST'] as const) {
      expectRefusal(await send(url, method, '/api/v1/planted?surprise=1'), method, '/surprise');
      expectRefusal(await send(url, method, '/api/v1/planted', { surprise: 1 }), method, '');
    }
    expect(PlantedController.calls).toBe(calls);
  });
});

it('accepts unknown parameters on probes', async () => {
  expect((await haven.rest('GET', '//livez?verbose=1')).status).toBe(200);
});

it.each([
  ['/collections/things/records?limit=', 'VALIDATION_FAILED', 422],
  ['/collections/things/records?limit=x', 'VALIDATION_FAILED', 422],
  ['/collections/things/records?limit=501', 'LIMIT_EXCEEDED', 422],
  ['/collections/things/records?count=', 'VALIDATION_FAILED', 422],
  ['/collections/things/records?count=exact&count=exact', 'VALIDATION_FAILED', 422],
  ['/collections/things/records?filter=', 'MALFORMED_JSON', 400],
  ['/collections/things/records?filter=%7B%22a%22%3A01%7D', 'MALFORMED_JSON', 400],
  ['/collections/things/records?after=', 'CURSOR_INVALID', 400],
  ['/collections/things/records?asOf=', 'CURSOR_INVALID', 400],
  ['/collections/things/records?sort=', 'VALIDATION_FAILED', 422],
  ['/collections/things/records?fields=', 'SORT_INVALID', 422],
  [`/collections/things/records?sort=${'a'.repeat(2_000)}`, 'SORT_INVALID', 422],
  [`/collections/things/records?after=${'a'.repeat(2_000)}`, 'CURSOR_INVALID', 400],
  [`/collections/things/records?after=${'a'.repeat(20_000)}`, 'URI_TOO_LONG', 414],
  ['/api-keys?tenant=', 'NOT_FOUND', 404],
  ['/usage?tenant=', 'NOT_FOUND', 404],
  ['/changes?collection=', 'NOT_FOUND', 404],
  ['/changes?limit=0', 'VALIDATION_FAILED', 422],
  ['/changes?after=', 'CURSOR_INVALID', 400],
])('responds to GET %s with %s', async (path, code, status) => {
  await things();
  const { body, ...response } = await haven.rest('GET', path);
  expect([response.status, body.code]).toEqual([status, code]);
});

/** Creates a collection and a record, and returns a value for each parameter in the paths of the routes. */
async function things(): Promise<Record<string, string>> {
  await haven.rest('POST', '/collections', { name: 'things' });
  const record = await haven.rest('POST', '/collections/things/records', { data: { n: 1 } });
  return { collection: 'things', id: record.body.id, version: '1', delivery: randomUUID() };
}

function pathOf(template: string, ids: Record<string, string>): string {
  return template.replace('/api/v1/', '').replace(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? 'none');
}

function expectRefusal({ status, body }: ApiResponse, route: string, pointer: string): void {
  expect([route, status, body.code, body.errors?.[0]?.pointer]).toEqual([route, 422, 'VALIDATION_FAILED', pointer]);
}

/** Sends a request. A body is sent with GET too, which browsers do not allow, but other clients do. */
async function send(origin: string, method: 'GET' | 'POST', path: string, input?: object): Promise<ApiResponse> {
  const headers = input && { 'content-type': 'application/json' };
  const { statusCode, body } = await request(`${origin}${path}`, {
    method,
    headers,
    body: input && JSON.stringify(input),
  });
  return { status: statusCode, headers: new Headers(), body: await body.json() };
}
