import { randomUUID } from 'node:crypto';

import { beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';
import { createCinema, created } from './typed-cinema.js';

const haven = startHaven([], { keys: true });

const tenant = randomUUID();
let film: any;

beforeAll(async () => {
  haven.tenant = tenant;
  await createCinema(haven);
  film = await created(haven, 'films', { title: 'Alien', code: 'A', year: 1979 });
});
beforeEach(() => {
  haven.tenant = tenant; // no test changes its records
});

const UNKNOWN = '0190a000-0000-7000-8000-000000000001';

/** The code, the status and the pointer that an error has, without its place and its trace. */
const problemOf = ({ body }: any): unknown => {
  const [{ message, extensions }] = body.errors;
  const { traceId, ...rest } = extensions;
  expect(traceId).toMatch(/^[0-9a-f]{32}$/);
  return { message, ...rest };
};

/**
 * Typed fields, and the generic fields that must fail with the same error. `FILM` is the id of a record, and pointers
 * differ only as the names of the arguments do.
 */
const SAME: Record<string, [typed: string, generic: string, code: string]> = {
  'an unknown id': [
    `{ film(id: "${UNKNOWN}") { title } }`,
    `{ record(collection: "films", id: "${UNKNOWN}") { id } }`,
    'NOT_FOUND',
  ],
  'a text that is no id': [
    '{ film(id: "x") { title } }',
    '{ record(collection: "films", id: "x") { id } }',
    'NOT_FOUND',
  ],
  'an unknown value of a unique index': [
    '{ filmByCode(code: "B") { title } }',
    '{ recordBy(collection: "films", index: "code", value: "B") { id } }',
    'NOT_FOUND',
  ],
  'a bad moment': [
    '{ film(id: "FILM", asOf: "yesterday") { title } }',
    '{ record(collection: "films", id: "FILM", asOf: "yesterday") { id } }',
    'CURSOR_INVALID',
  ],
  'a bad cursor': [
    '{ films(after: "x") { totalCount } }',
    '{ records(collection: "films", after: "x") { totalCount } }',
    'CURSOR_INVALID',
  ],
  'both ends of a list': [
    '{ films(first: 1, last: 1) { totalCount } }',
    '{ records(collection: "films", first: 1, last: 1) { totalCount } }',
    'VALIDATION_FAILED',
  ],
  'a taken id': [
    'mutation { createFilm(id: "FILM", data: { title: "x" }) { title } }',
    'mutation { createRecord(collection: "films", id: "FILM", data: { title: "x" }) { id } }',
    'ALREADY_EXISTS',
  ],
  'a taken value': [
    'mutation { createFilm(data: { title: "x", code: "A" }) { title } }',
    'mutation { createRecord(collection: "films", data: { title: "x", code: "A" }) { id } }',
    'UNIQUE_VIOLATION',
  ],
  'a violated schema': [
    `mutation { createFilm(data: { title: "${'x'.repeat(101)}", year: 1 }) { title } }`,
    `mutation { createRecord(collection: "films", data: { title: "${'x'.repeat(101)}", year: 1 }) { id } }`,
    'SCHEMA_VIOLATION',
  ],
  'a patch that removes a required member': [
    'mutation { updateFilm(id: "FILM", data: { title: null }) { title } }',
    'mutation { patchRecord(collection: "films", id: "FILM", data: { title: null }) { id } }',
    'SCHEMA_VIOLATION',
  ],
  'another version': [
    'mutation { updateFilm(id: "FILM", data: { year: 1980 }, expectedVersion: 7) { title } }',
    'mutation { patchRecord(collection: "films", id: "FILM", data: { year: 1980 }, expectedVersion: 7) { id } }',
    'VERSION_CONFLICT',
  ],
  'a record that exists': [
    'mutation { replaceFilm(id: "FILM", data: { title: "x" }, ifAbsent: true) { title } }',
    'mutation { replaceRecord(collection: "films", id: "FILM", data: { title: "x" }, ifAbsent: true) { id } }',
    'VERSION_CONFLICT',
  ],
  'a deletion of an unknown record': [
    `mutation { deleteFilm(id: "${UNKNOWN}") }`,
    `mutation { deleteRecord(collection: "films", id: "${UNKNOWN}") }`,
    'NOT_FOUND',
  ],
  'another value than the one of the index': [
    'mutation { upsertFilmByCode(code: "B", data: { title: "x", code: "C" }) { title } }',
    'mutation { upsertRecord(collection: "films", index: "code", value: "B", data: { title: "x", code: "C" }) { id } }',
    'VALIDATION_FAILED',
  ],
  'a reference to nothing': [
    `mutation { createFilm(data: { title: "x", director: "${UNKNOWN}" }) { title } }`,
    `mutation { createRecord(collection: "films", data: { title: "x", director: "${UNKNOWN}" }) { id } }`,
    'REFERENCE_BROKEN',
  ],
};

describe('typed fields fail like generic ones', () => {
  it.each(Object.entries(SAME))('for %s', async (_name, [typed, generic, code]) => {
    const send = (document: string) => haven.graphql(document.replaceAll('FILM', film.id));
    const [left, right] = [await send(typed), await send(generic)];
    expect(problemOf(left)).toMatchObject({ code });
    expect(problemOf(left)).toEqual(problemOf(right));
    expect(left.status).toBe(right.status);
    expect(Object.values(left.body.data)).toEqual([null]);
    expect(left.body.errors[0].path).toEqual(Object.keys(left.body.data));
    expect((await haven.rest('GET', `/collections/films/records/${film.id}`)).body.version).toBe(1);
  });

  it('if a precondition is required', async () => {
    haven.tenant = randomUUID();
    await createCinema(haven);
    const { id } = await created(haven, 'films', { title: 'Alien' });
    await haven.rest('PATCH', '/collections/films', { requirePrecondition: true });
    const { body } = await haven.graphql(`mutation { deleteFilm(id: "${id}") }`);
    expect(body.errors[0].extensions).toMatchObject({ code: 'PRECONDITION_REQUIRED', status: 428 });
  });

  it('for a filter or a sort, with the place in the typed argument', async () => {
    const errorsOf = async (args: string) => {
      const { body } = await haven.graphql(`{ films(${args}) { totalCount } }`);
      const { code, errors } = body.errors[0].extensions;
      expect(body.errors[0].message.startsWith(errors[0].pointer)).toBe(true);
      expect(body.errors[0].message).not.toContain('$dateTime'); // it is not in the document
      return [code, errors[0].pointer];
    };
    const long = 'x'.repeat(300);
    expect(await errorsOf('where: { year: {} }')).toEqual(['FILTER_INVALID', '/where/year']);
    expect(await errorsOf(`where: { _not: { Major_Genre: { _like: "${long}" } } }`)).toEqual([
      'LIMIT_EXCEEDED',
      '/where/_not/Major_Genre/_like',
    ]);
    expect(await errorsOf('where: { premiere: { _gt: "soon" } }')).toEqual(['FILTER_INVALID', '/where/premiere/_gt']);
    expect(await errorsOf('where: { year: { _gt: 1 }, _raw: { title: { _odd: 1 } } }')).toEqual([
      'FILTER_INVALID',
      '/where/_raw/title/_odd',
    ]);
    expect(await errorsOf('orderBy: [{ year: ASC }, { year: DESC }]')).toEqual(['SORT_INVALID', '/orderBy/1']);
    expect(await errorsOf('first: 501')).toEqual(['LIMIT_EXCEEDED', '/first']);
  });

  it('for the value of a unique index, with the argument that has it', async () => {
    haven.tenant = randomUUID();
    await createCinema(haven);
    const properties = { city: { type: 'string' }, screen: { type: 'string' } };
    await haven.rest('POST', '/collections', {
      name: 'screens',
      schema: { properties },
      indexes: [{ paths: ['city', 'screen'], unique: true }],
    });
    const errorOf = async (document: string) => {
      const { message, extensions } = (await haven.graphql(document)).body.errors[0];
      return [extensions.errors[0].pointer, message.split(':')[0]];
    };
    expect(await errorOf('{ filmByCode(code: "a\\u0000") { title } }')).toEqual(['/code', '/code']);
    expect(await errorOf('{ screenByCityAndScreen(city: "a", screen: "\\u0000") { city } }')).toEqual([
      '/screen',
      '/screen',
    ]);
  });
});

describe('a key without the scopes of a typed field', () => {
  it('does not see the field', async () => {
    const { body: key } = await haven.rest('POST', '/api-keys', {
      name: 'k',
      scopes: ['records:read'],
      collections: ['films'],
    });
    const headers = { authorization: `Bearer ${key.token}` };
    const send = async (document: string) => (await haven.graphql(document, {}, headers)).body;
    expect((await send('{ films { edges { node { title } } } }')).data.films.edges).toHaveLength(1);
    for (const document of [
      'mutation { deleteFilm(id: "x") }',
      '{ people { totalCount } }',
      'subscription { filmChanges { cursor } }',
    ])
      expect((await send(document)).errors[0].extensions).toMatchObject({ code: 'MALFORMED_GRAPHQL', status: 400 });
    expect((await send('{ films { edges { node { director { name } } } } }')).errors[0].extensions.code).toBe(
      'MALFORMED_GRAPHQL',
    );
  });
});

describe('a document with several typed fields', () => {
  it('returns those that succeed, and an error for each of the others', async () => {
    const { body } = await haven.graphql(`{
      a: film(id: "${film.id}") { title } b: film(id: "${randomUUID()}") { title } c: films { totalCount }
    }`);
    expect(body.data).toEqual({ a: { title: 'Alien' }, b: null, c: { totalCount: 1 } });
    expect(body.errors.map(({ path }: any) => path)).toEqual([['b']]);
  });
});
