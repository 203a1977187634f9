import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, expect, it } from 'vitest';

const run = promisify(execFile);
const script = resolve(import.meta.dirname, '../../../../tools/api-changes.ts');

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const body = (name: string) => ({ content: { 'application/json': { schema: ref(name) } } });

const filmProperties: Record<string, object> = {
  id: { type: 'string', format: 'uuid' },
  title: { type: 'string' },
  year: { type: 'integer' },
  state: { type: 'string', enum: ['new', 'old'] },
  director: { anyOf: [ref('Person'), { type: 'null' }] },
};
const newFilmProperties: Record<string, object> = {
  title: { type: ['string', 'null'] },
  year: { type: 'integer', minimum: 1, maximum: 9_999 },
  state: { type: 'string', enum: ['new', 'old'] },
  note: { type: 'string' },
};
const operation = {
  operationId: 'createFilm',
  security: [] as object[],
  parameters: [
    { name: 'dryRun', in: 'query', schema: { type: 'boolean' } },
    { name: 'limit', in: 'query', schema: { type: 'integer' } },
    { name: 'sort', in: 'query', schema: { type: 'string' } },
  ] as object[],
  requestBody: { required: false, ...body('NewFilm') } as object,
  responses: {
    201: { headers: { ETag: { schema: { type: 'string' } } }, ...body('Film') },
    202: body('Film'),
    409: body('Problem'),
  } as object,
};
const released = {
  paths: { '/films': { post: operation, get: { responses: { 200: body('Film') } } } } as object,
  webhooks: {
    created: { post: { requestBody: body('Event'), parameters: [], responses: { 200: {} } } },
  } as object,
  components: {
    schemas: {
      Film: { type: 'object', properties: filmProperties, required: ['id', 'title'] },
      NewFilm: { type: 'object', properties: newFilmProperties },
      Person: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
      Event: { type: 'object', properties: { film: ref('Film'), at: { type: 'string' } }, required: ['film', 'at'] },
      Problem: { type: 'object', properties: { code: { type: 'string' } } },
    } as object,
  },
};

const schema = `
  type Query { film(id: ID!, at: String): Film  films: [Film!] }
  type Film { id: ID!  title: String!  state: State }
  input NewFilm { title: String }
  enum State { NEW OLD }`;

/** The documents with one violation of each rule. */
const broken = {
  openapi: {
    paths: {
      '/films': {
        post: {
          ...operation,
          operationId: 'addFilm',
          security: [{ bearer: [] }],
          parameters: [
            { name: 'limit', in: 'query', required: true, schema: { type: 'integer' } },
            { name: 'sort', in: 'query', schema: { type: 'string', pattern: '^[a-z]+$' } },
            { name: 'mode', in: 'query', required: true, schema: { type: 'string' } },
          ],
          requestBody: { required: true, ...body('NewFilm') },
          responses: { 201: { content: { 'application/json': { schema: ref('Film') } } }, 422: body('Problem') },
        },
      },
    },
    webhooks: released.webhooks,
    components: {
      schemas: {
        ...released.components.schemas,
        Film: {
          type: 'object',
          properties: {
            ...filmProperties,
            id: { type: 'string' },
            title: { type: ['string', 'null'] },
            year: undefined,
            state: { type: 'string', enum: ['new', 'old', 'lost'] },
            director: { anyOf: [ref('Person'), { type: 'null' }, { type: 'string' }] },
          },
          required: ['id'],
        },
        NewFilm: {
          type: 'object',
          properties: {
            title: { type: 'string' },
            year: { type: 'integer', minimum: 1_888, maximum: 9_999 },
            state: { type: 'string', enum: ['new'] },
          },
          required: ['title'],
          additionalProperties: false,
        },
        Event: { type: 'object', properties: { film: ref('Film') }, required: ['film'] },
      },
    },
  },
  schema: `
    type Query { film(id: ID!, at: Int, by: String!): Film  lists: [Film!] }
    type Film { id: ID!  title: String  state: State }
    input NewFilm { title: String, year: Int! }
    enum State { NEW LOST }`,
};

const FOUND = [
  'GraphQL: Film.title: ',
  'GraphQL: NewFilm.year: ',
  'GraphQL: Query.film.at: ',
  'GraphQL: Query.film.by: ',
  'GraphQL: Query.films: ',
  'GraphQL: State.OLD: ',
  'OpenAPI: Event.at: it was removed.',
  'OpenAPI: Film.director: it can now also be string.',
  'OpenAPI: Film.id: it changed its format from uuid to any.',
  'OpenAPI: Film.title: it can now be absent.',
  'OpenAPI: Film.title: it changed its type from string to string | null.',
  'OpenAPI: Film.year: it was removed.',
  'OpenAPI: GET /films: it was removed.',
  'OpenAPI: NewFilm.note: it was removed.',
  'OpenAPI: NewFilm.state: it no longer accepts "old".',
  'OpenAPI: NewFilm.title: it changed its type from string | null to string.',
  'OpenAPI: NewFilm.title: it is now required.',
  'OpenAPI: NewFilm.year: it changed minimum from 1 to 1888.',
  'OpenAPI: NewFilm: it no longer accepts other members.',
  'OpenAPI: POST /films 201 ETag: it was removed.',
  'OpenAPI: POST /films 202: it was removed.',
  'OpenAPI: POST /films dryRun: it was removed.',
  'OpenAPI: POST /films limit: it is now required.',
  'OpenAPI: POST /films mode: it is now required.',
  'OpenAPI: POST /films sort: it now requires the pattern ^[a-z]+$.',
  'OpenAPI: POST /films: it changed its operationId from createFilm to addFilm.',
  'OpenAPI: POST /films: it now requires a body.',
  'OpenAPI: POST /films: it now requires a key or a token.',
];

const HEADER = '# Changelog\n\n## [Unreleased]\n\n### Changed\n\n';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'haven-api-changes-'));
  await write('docs/released/openapi.json', JSON.stringify(released));
  await write('docs/released/schema.graphql', schema);
});
afterAll(() => rm(directory, { recursive: true }));

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(directory, file)), { recursive: true });
  await writeFile(join(directory, file), text);
}

/** Runs the check and returns its exit code and the lines of its findings, sorted. */
async function check(openapi: object, graphql: string, changelog: string): Promise<{ code: number; found: string[] }> {
  await write('docs/openapi.json', JSON.stringify(openapi));
  await write('docs/schema.graphql', graphql);
  await write('CHANGELOG.md', changelog);
  const { code = 0, stdout } = await run(process.execPath, [script, directory]).catch((error) => error);
  return {
    code,
    found: stdout
      .split('\n')
      .filter((line: string) => /^(OpenAPI|GraphQL): /.test(line))
      .toSorted(),
  };
}

it('finds each kind of incompatible change, once, in the direction in which it breaks clients', async () => {
  const { code, found } = await check(broken.openapi, broken.schema, HEADER);
  expect(code).toBe(1);
  expect(found).toHaveLength(FOUND.length);
  for (const [index, line] of FOUND.entries()) expect(found[index]).toContain(line);
});

it('accepts additions, other errors and additional values of enumerations in responses', async () => {
  const compatible = structuredClone(released) as any;
  const { Film, NewFilm } = compatible.components.schemas;
  Film.properties.rating = { type: 'number' };
  Film.properties.state.enum.push('lost');
  Film.required.push('year');
  NewFilm.properties.rating = { type: 'number' };
  NewFilm.properties.year = { type: 'number' };
  compatible.paths['/actors'] = { get: { responses: { 200: body('Person') } } };
  compatible.paths['/films'].post.parameters.push({ name: 'fields', in: 'query', schema: { type: 'string' } });
  compatible.paths['/films'].post.responses = { ...operation.responses, 409: undefined, 422: body('Problem') };
  const extended = { allOf: [ref('Film'), { type: 'object', properties: { more: { type: 'boolean' } } }] };
  compatible.paths['/films'].get.responses[200] = { content: { 'application/json': { schema: extended } } };
  const added = schema.replace('title: String!', 'title: String!, rating: Float').replace('OLD', 'OLD LOST');
  expect(await check(compatible, added, HEADER)).toEqual({ code: 0, found: [] });
});

it('admits the changes that the changelog names, by their name or that of a thing that contains them', async () => {
  const line =
    '- **Breaking:** `Film`, `NewFilm`, `State.OLD`,\n  `Query` and `Event.at` changed; `POST /films` as well.\n';
  const { code, found } = await check(broken.openapi, broken.schema, HEADER + line);
  expect({ code, found }).toEqual({ code: 1, found: ['OpenAPI: GET /films: it was removed.'] });
  const both = `${HEADER}${line}- **Breaking:** \`GET\n  /films\` was removed; use \`POST /films\`.\n`;
  expect(await check(broken.openapi, broken.schema, both)).toEqual({ code: 0, found: [] });
});

it('admits nothing by other items, by the beginning of a name, or by sections of earlier releases', async () => {
  const lines = '- `GET /films` was removed.\n- **Breaking:** `GET /fil` was removed.\n';
  const earlier = '\n## [0.1.0] - 2026-01-01\n\n- **Breaking:** `GET /films` was removed.\n';
  const { found } = await check(broken.openapi, schema, HEADER + lines + earlier);
  expect(found).toContain('OpenAPI: GET /films: it was removed.');
});
