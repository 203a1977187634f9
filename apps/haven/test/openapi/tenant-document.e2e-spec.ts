import { readFile } from 'node:fs/promises';

import { beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';

const OPERATOR = `hvn_${'0'.repeat(16)}_${'b'.repeat(64)}`;
const haven = startHaven([`auth.operatorKey=${OPERATOR}`], { keys: true });
const SCHEMA = {
  type: 'object',
  required: ['title'],
  properties: {
    title: { type: 'string', examples: ['Alien'] },
    year: { type: 'integer', minimum: 1888 },
    director: { type: 'string', format: 'uuid', 'x-haven-ref': { collection: 'auteurs' } },
  },
};

let generic: any;
let as: Record<string, string>;

const get = (path = '//openapi.json', headers: Record<string, string> = as) =>
  haven.rest('GET', path, undefined, headers);
const idsIn = ({ paths }: any): string[] =>
  Object.values<any>(paths).flatMap((item) => Object.values<any>(item).map(({ operationId }) => operationId));

async function keyWith(scopes: string[], collections?: string[]): Promise<Record<string, string>> {
  const { body } = await haven.rest('POST', '/api-keys', { name: 'test', scopes, collections }, as);
  return { authorization: `Bearer ${body.token}` };
}

beforeAll(async () => {
  generic = JSON.parse(await readFile('docs/openapi.json', 'utf8'));
});

beforeEach(async () => {
  as = await haven.as(haven.tenant);
  const create = (body: object) => haven.rest('POST', '/collections', body, as);
  await create({ name: 'auteurs', schema: { type: 'object', properties: { name: { type: 'string' } } } });
  await create({ name: 'movies', schema: SCHEMA, indexes: [{ path: 'title', unique: true }] });
  await create({ name: 'jottings' });
});

// The names of the other collections are not in the generic document.
describe('/openapi.json with a key', () => {
  it('has the paths and schemas of the collections in place of the generic ones', async () => {
    const { status, body } = await get();
    expect([status, body.openapi]).toEqual([200, '3.1.0']);
    const ofMovies = Object.keys(body.paths).filter((path) => path.startsWith('/api/v1/collections/movies/'));
    expect(ofMovies).toContain('/api/v1/collections/movies/records/{id}');
    expect(ofMovies).toContain('/api/v1/collections/movies/records/by/title/{value}');
    expect(Object.keys(body.paths).filter((path) => path.includes('{collection}/'))).toEqual([]);
    expect(body.paths).toHaveProperty(['/api/v1/collections/{collection}']);
    expect(body.paths).toHaveProperty(['/api/v1/collections/jottings/records']);
    const ids = idsIn(body);
    for (const id of [
      'listMovies',
      'createMovie',
      'getMovie',
      'updateMovie',
      'getMovieByTitle',
      'listJottings',
      'batch',
    ])
      expect(ids).toContain(id);
    expect(new Set(ids).size).toBe(ids.length);
    const { Movie, MovieRecord } = body.components.schemas;
    expect(Movie).toMatchObject({ required: ['title'], properties: { year: { type: 'integer', minimum: 1888 } } });
    expect(MovieRecord.properties.data.$ref).toBe('#/components/schemas/Movie');
    expect(MovieRecord.properties.expanded.properties.director.anyOf[0].$ref).toBe('#/components/schemas/AuteurRecord');
  });

  it('has requests that succeed as they are in the examples', async () => {
    const { paths } = (await get()).body;
    const [records, query, aggregate] = ['records', 'query', 'aggregate'].map(
      (path) => `/api/v1/collections/movies/${path}`,
    );
    const { example } = paths[records ?? ''].post.requestBody.content['application/json'];
    expect(example).toEqual({ data: { title: 'Alien', year: 1888 } });
    const created = await haven.rest('POST', '/collections/movies/records', example, as);
    expect(created.status).toBe(201);
    const found = paths[query ?? ''].post.requestBody.content['application/json'].example;
    expect((await haven.rest('POST', '/collections/movies/query', found, as)).body.items).toHaveLength(1);
    const { example: groups, schema } = paths[aggregate ?? ''].post.requestBody.content['application/json'];
    expect(groups).toMatchObject({ groupBy: ['title'], compute: { n: 'count', total: { sum: 'year' } } });
    expect(schema.$ref).toBe('#/components/schemas/MovieAggregateQuery');
    expect((await haven.rest('POST', '/collections/movies/aggregate', groups, as)).body.groups).toMatchObject([
      { key: { title: 'Alien' }, values: { n: 1, total: 1888 } },
    ]);
    const filter = paths[records ?? ''].get.parameters.find(({ name }: any) => name === 'filter');
    expect(filter.description).toContain('Members: `title`, `year`, `director`.');
    const url = `/collections/movies/records?filter=${encodeURIComponent(filter.schema.example)}`;
    expect((await haven.rest('GET', url, undefined, as)).body.items).toHaveLength(1);
    const expand = paths[records ?? ''].get.parameters.find(({ name }: any) => name === 'expand');
    expect(expand).toMatchObject({ description: expect.stringContaining('`director` (auteurs)') });
  });

  it('describes searches of collections that declare one', async () => {
    await haven.rest('PATCH', '/collections/movies', { search: { paths: ['title'] } }, as);
    const { MovieFilter, AuteurFilter, MovieAggregateQuery } = (await get()).body.components.schemas;
    expect(MovieFilter.properties._search).toMatchObject({ type: 'string' });
    expect(AuteurFilter.properties).not.toHaveProperty('_search');
    expect(MovieAggregateQuery.properties.filter.$ref).toBe('#/components/schemas/MovieFilter');
  });

  it('is sent once to each client and by no shared cache', async () => {
    const first = await get();
    expect(first.headers.get('cache-control')).toBe('private, no-cache');
    expect(first.headers.get('vary')).toMatch(/authorization/i);
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^(W\/)?"[\w-]{22}"$/);
    expect((await get(undefined, { ...as, 'if-none-match': etag })).status).toBe(304);
    await haven.rest('PATCH', '/collections/movies', { schema: { ...SCHEMA, required: [] } }, as);
    const changed = await get(undefined, { ...as, 'if-none-match': etag });
    expect([changed.status, changed.body.components.schemas.Movie.required]).toEqual([200, []]);
  });

  it('shows nothing of another tenant', async () => {
    const { body } = await get(undefined, await haven.as(crypto.randomUUID()));
    expect(JSON.stringify(body)).not.toMatch(/auteur|jotting|\/movies\//i);
  });

  it('shows a key only its collections and operations, under the same names', async () => {
    const reading = (await get(undefined, await keyWith(['records:read'], ['movies']))).body;
    expect(JSON.stringify(reading)).not.toMatch(/auteur|jotting/i);
    expect(idsIn(reading)).toContain('getMovieByTitle');
    expect(idsIn(reading)).not.toContain('createMovie');
    expect(idsIn(reading)).not.toContain('createWebhook');
    expect(Object.keys(reading.components.schemas)).not.toContain('NewMovie');
    const writing = (await get(undefined, await keyWith(['records:write'], ['jottings']))).body;
    expect(idsIn(writing)).toEqual(expect.arrayContaining(['createJotting', 'importJottings', 'batch']));
    expect(idsIn(writing)).not.toContain('listJottings');
  });
});

describe('without a tenant', () => {
  it('/openapi.json and /openapi/generic.json are the generic document', async () => {
    for (const path of ['//openapi.json', '//openapi/generic.json']) {
      const response = await fetch(haven.url + path.slice(1));
      expect([response.status, await response.json()]).toEqual([200, generic]);
    }
    expect((await get('//openapi/generic.json', { authorization: 'Bearer unknown-key' })).body).toEqual(generic);
  });

  it('/openapi.json refuses a key that is not valid', async () => {
    const { status, body, headers } = await get(undefined, { authorization: 'Bearer unknown-key' });
    expect([status, body.code]).toEqual([401, 'UNAUTHENTICATED']);
    expect(headers.get('content-type')).toContain('application/problem+json');
  });

  it('a tenant without a collection has the paths of any collection', async () => {
    const { body } = await get(undefined, await haven.as(crypto.randomUUID()));
    expect(idsIn(body)).toContain('createRecord');
  });
});
