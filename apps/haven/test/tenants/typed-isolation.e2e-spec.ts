import { randomUUID } from 'node:crypto';

import { beforeEach, describe, expect, it } from 'vitest';

import { createCinema, created } from '../graphql/typed-cinema.js';
import { startHaven } from '../support/haven.js';

const haven = startHaven();

/** Ids and a cursor of the first tenant, which the other tenant knows. */
let id: string;
let person: string;
let cursor: string;
let first: string;

beforeEach(async () => {
  first = haven.tenant;
  await createCinema(haven);
  person = (await created(haven, 'people', { name: 'secret' })).id;
  id = (await created(haven, 'films', { title: 'secret', code: 'secret', director: person })).id;
  const { body } = await haven.graphql('{ films { pageInfo { endCursor } } }');
  cursor = body.data.films.pageInfo.endCursor;
  haven.tenant = randomUUID();
});

/** Typed operations that name data of the first tenant, and what another tenant with the same types gets. */
const ATTEMPTS: Record<string, [document: string, outcome: unknown]> = {
  film: ['{ it: film(id: $ID) { title } }', 'NOT_FOUND'],
  'film, asOf': ['{ it: film(id: $ID, asOf: "9999-12-31T23:59:59Z") { title } }', 'NOT_FOUND'],
  filmByCode: ['{ it: filmByCode(code: "secret") { title } }', 'NOT_FOUND'],
  films: ['{ it: films { totalCount edges { node { title } } } }', { totalCount: 0, edges: [] }],
  'films, where': ['{ it: films(where: { _id: { _eq: $ID } }) { totalCount } }', { totalCount: 0 }],
  'films, asOf': ['{ it: films(asOf: "9999-12-31T23:59:59Z") { totalCount } }', { totalCount: 0 }],
  'films, after': ['{ it: films(after: $CURSOR) { totalCount } }', 'CURSOR_INVALID'],
  filmsAggregate: [
    '{ it: filmsAggregate(groupBy: [{ field: title }]) { groups { key { title } count } } }',
    { groups: [] },
  ],
  'filmsAggregate, where': [
    '{ it: filmsAggregate(where: { _id: { _eq: $ID } }) { groups { count min { title } } } }',
    { groups: [{ count: 0, min: { title: null } }] },
  ],
  'filmsAggregate, asOf': [
    '{ it: filmsAggregate(asOf: "9999-12-31T23:59:59Z") { groups { count } } }',
    { groups: [{ count: 0 }] },
  ],
  updateFilm: ['mutation { it: updateFilm(id: $ID, data: { title: "taken over" }) { title } }', 'NOT_FOUND'],
  deleteFilm: ['mutation { it: deleteFilm(id: $ID) }', 'NOT_FOUND'],
  'createFilm of that id': [
    'mutation { it: createFilm(id: $ID, data: { title: "mine" }, dryRun: true) { _version director { name } } }',
    { _version: 1, director: null },
  ],
  'replaceFilm of that id': [
    'mutation { it: replaceFilm(id: $ID, data: { title: "mine" }, ifAbsent: true) { _version } }',
    { _version: 1 },
  ],
  'upsertFilmByCode of that value': [
    'mutation { it: upsertFilmByCode(code: "secret", data: { title: "mine" }) { _version } }',
    { _version: 1 },
  ],
  'createFilm with a reference': [
    'mutation { it: createFilm(data: { title: "mine", director: $PERSON }) { director { name } } }',
    'REFERENCE_BROKEN',
  ],
};

const send = (document: string) =>
  haven.graphql(
    document
      .replaceAll('$ID', `"${id}"`)
      .replaceAll('$PERSON', `"${person}"`)
      .replaceAll('$CURSOR', JSON.stringify(cursor)),
  );

async function expectUnchanged(): Promise<void> {
  haven.tenant = first;
  const { body } = await haven.graphql(
    '{ films { totalCount edges { node { _id _version title director { name } } } } }',
  );
  const node = { _id: id, _version: 1, title: 'secret', director: { name: 'secret' } };
  expect(body.data.films).toEqual({ totalCount: 1, edges: [{ node }] });
}

describe('typed data of another tenant', () => {
  it('has no fields for a tenant without its collections', async () => {
    for (const [document] of Object.values(ATTEMPTS)) {
      const { body } = await send(document);
      expect(body.errors[0].extensions.code).toBe('MALFORMED_GRAPHQL');
      expect(JSON.stringify(body)).not.toContain('secret"}');
    }
    await expectUnchanged();
  });

  it('is not found by a tenant with the same collections, whose schema is the same object', async () => {
    await createCinema(haven);
    for (const [name, [document, outcome]] of Object.entries(ATTEMPTS)) {
      const { body } = await send(document);
      expect([name, body.errors?.[0]?.extensions.code ?? body.data.it]).toEqual([name, outcome]);
    }
    await expectUnchanged();
  });

  it('is not led to by an id that the tenant has stored', async () => {
    await haven.rest('POST', '/collections', { name: 'people' });
    await haven.rest('POST', '/collections', { name: 'olds' });
    await created(haven, 'olds', { director: person, cast: [person] });
    const reference = { type: 'string', 'x-haven-ref': { collection: 'people' } };
    const schema = { properties: { director: reference, cast: { type: 'array', items: reference } } };
    await haven.rest('PATCH', '/collections/people', { schema: { properties: { name: { type: 'string' } } } });
    await haven.rest('PATCH', '/collections/olds', { schema, enforce: 'new' });
    const { body } = await haven.graphql(
      '{ olds { edges { node { director { name } cast { name } } } } people { totalCount } }',
    );
    expect(body.data).toEqual({
      olds: { edges: [{ node: { director: null, cast: [null] } }] },
      people: { totalCount: 0 },
    });
  });
});
