import { randomUUID } from 'node:crypto';

import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { subscribe } from '../support/change-streams.js';
import type { Subscription } from '../support/change-streams.js';
import { startHaven } from '../support/haven.js';
import { ALIEN, createCinema, created } from './typed-cinema.js';

const haven = startHaven();

const tenant = randomUUID();
let alien: any;

beforeAll(async () => {
  haven.tenant = tenant;
  await createCinema(haven);
  alien = await created(haven, 'films', ALIEN);
});
beforeEach(() => {
  haven.tenant = tenant;
});

/** Gives a test that changes records a tenant of its own. */
async function ownTenant(): Promise<void> {
  haven.tenant = randomUUID();
  await createCinema(haven);
}

/** Returns the data of a query that must not fail. */
async function read(query: string, variables?: Record<string, unknown>): Promise<any> {
  const { body } = await haven.graphql(query, variables);
  expect(body.errors).toBeUndefined();
  return body.data;
}

const film = async (selection: string, variables: Record<string, unknown> = {}, fragments = '') => {
  const declared = Object.keys(variables).map((name) => `$${name}: Boolean!`);
  const query = `query ($id: ID! ${declared.join(' ')}) { film(id: $id) { ${selection} } } ${fragments}`;
  return (await read(query, { id: alien.id, ...variables })).film;
};

describe('typed fields', () => {
  it('return members, objects, lists and unions as they are stored, and what the server knows of a record', async () => {
    const selection = `
      _id _version _createdAt _updatedAt _collection __typename
      title Major_Genre year views rating seen premiere code tags grid notes
      studio { __typename city size { width } }
      scenes { name scenes { name scenes { name } } }
      release { __typename ... on Film_ReleaseCinema { kind screens } ... on Film_ReleaseStream { kind url } }
      director { name } cast { name } director_id cast_ids
    `;
    const { 'Major Genre': genre, ...data } = ALIEN;
    expect(await film(selection)).toEqual({
      _id: alien.id,
      _version: 1,
      _createdAt: alien.createdAt,
      _updatedAt: alien.updatedAt,
      _collection: 'films',
      __typename: 'Film',
      ...data,
      Major_Genre: genre,
      studio: { __typename: 'Film_Studio', city: 'London', size: { width: 12.5 } },
      scenes: [
        { name: 'Eggs', scenes: [{ name: 'Face', scenes: null }] },
        { name: 'Chest', scenes: null },
      ],
      release: { __typename: 'Film_ReleaseCinema', kind: 'cinema', screens: 91 },
      director: null,
      cast: null,
      director_id: null,
      cast_ids: null,
    });
  });

  it('return whole objects as JSON', async () => {
    expect(await film('_data studio { _data size { _data } }')).toEqual({
      _data: ALIEN,
      studio: { _data: ALIEN.studio, size: { _data: { width: 12.5 } } },
    });
  });

  it('are written in the order of the selection, with aliases, fragments and merged fields', async () => {
    const found = await film(
      `b: year a: year ...Names studio { city } ... on Film { title studio { town: city } } ... { code } code`,
      {},
      'fragment Names on Film { title seen }',
    );
    expect(JSON.stringify(found)).toBe(
      JSON.stringify({
        b: 1979,
        a: 1979,
        title: ALIEN.title,
        seen: true,
        studio: { city: 'London', town: 'London' },
        code: 'MU-TH-UR',
      }),
    );
  });

  it('follow the conditions of fields and fragments, whose variables may differ in each request', async () => {
    const selection = `
      title @include(if: $a) year @skip(if: $a) ... @include(if: $b) { code } ...Studio @skip(if: $b) seen @skip(if: true)
      studio { city @include(if: $a) }`;
    for (const [a, b] of [
      [true, true],
      [true, false],
      [false, true],
      [false, false],
      [true, true],
    ] as const)
      expect(await film(selection, { a, b }, 'fragment Studio on Film { tags }')).toEqual({
        ...(a ? { title: ALIEN.title } : { year: 1979 }),
        ...(b ? { code: 'MU-TH-UR' } : { tags: ALIEN.tags }),
        studio: a ? { city: 'London' } : {},
      });
  });

  it('list records like the generic field', async () => {
    await ownTenant();
    for (const n of [1, 2, 3]) await created(haven, 'films', { title: `Film ${n}`, year: 2000 + n });
    const { films, records } = await read(`{
      films(where: { year: { _gte: 2001 } }, orderBy: [{ year: DESC }], first: 2) {
        edges { cursor node { _id title } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount __typename
      }
      records(collection: "films", filter: { year: { _gte: 2001 } }, sort: ["-year"], first: 2) {
        edges { cursor node { id } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount
      }
    }`);
    expect(films).toEqual({
      ...records,
      edges: records.edges.map(({ cursor, node }: any, n: number) => ({
        cursor,
        node: { _id: node.id, title: `Film ${3 - n}` },
      })),
      __typename: 'FilmConnection',
    });
    const after = `after: ${JSON.stringify(films.pageInfo.endCursor)}`;
    const next = await read(
      `{ films(where: { year: { _gte: 2001 } }, orderBy: [{ year: DESC }], first: 2, ${after}) { edges { node { title } } } }`,
    );
    expect(next.films.edges).toEqual([{ node: { title: 'Film 1' } }]);
  });

  it('find a record by a value of a unique index', async () => {
    expect(await read('{ a: filmByCode(code: "MU-TH-UR") { _id } }')).toEqual({ a: { _id: alien.id } });
  });

  it('read the past', async () => {
    await ownTenant();
    const { id, updatedAt } = await created(haven, 'films', ALIEN);
    await haven.rest('PATCH', `/collections/films/records/${id}`, { data: { title: 'Aliens' } });
    const { old, now, page } = await read(
      `query ($id: ID!, $at: String!) {
        old: film(id: $id, asOf: $at) { title _version } now: film(id: $id) { title }
        page: films(asOf: $at) { edges { node { title } } }
      }`,
      { id, at: updatedAt },
    );
    expect([old, now, page.edges]).toEqual([
      { title: ALIEN.title, _version: 1 },
      { title: 'Aliens' },
      [{ node: { title: ALIEN.title } }],
    ]);
  });

  it('describe the public types in the same document as data', async () => {
    const { __type, film: found } = await read(
      'query ($id: ID!) { __type(name: "Query") { fields { name type { name } } } film(id: $id) { year } }',
      { id: alien.id },
    );
    expect(__type.fields.find(({ name }: any) => name === 'film').type).toEqual({ name: 'Film' });
    expect(found).toEqual({ year: 1979 });
  });
});

describe('typed mutations', () => {
  beforeEach(ownTenant);

  it('change records like the generic ones', async () => {
    const write = async (field: string, selection = '{ _id _version title year tags }') =>
      (await read(`mutation { it: ${field} ${selection} }`)).it;
    const made = await write('createFilm(data: { title: "A", year: 2001, tags: ["x"], Major_Genre: on_air })');
    expect(made).toEqual({ _id: expect.any(String), _version: 1, title: 'A', year: 2001, tags: ['x'] });
    const id = JSON.stringify(made._id);
    expect(await write(`updateFilm(id: ${id}, data: { year: null, tags: ["y"] }, expectedVersion: 1)`)).toEqual({
      ...made,
      _version: 2,
      year: null,
      tags: ['y'],
    });
    expect(await write(`replaceFilm(id: ${id}, data: { title: "B" })`)).toMatchObject({
      title: 'B',
      _version: 3,
      tags: null,
    });
    expect(await write(`upsertFilmByCode(code: "C-1", data: { title: "C" })`)).toMatchObject({
      title: 'C',
      _version: 1,
    });
    expect(await write(`upsertFilmByCode(code: "C-1", data: { title: "D" })`)).toMatchObject({
      title: 'D',
      _version: 2,
    });
    expect(await write(`deleteFilm(id: ${id}, dryRun: true)`, '')).toBe(true);
    expect(await write(`deleteFilm(id: ${id})`, '')).toBe(true);
    expect((await haven.rest('GET', `/collections/films/records/${made._id}`)).status).toBe(404);
  });

  it('change nothing in a dry run, and report what they would change', async () => {
    const { body } = await haven.graphql(
      'mutation { it: createFilm(data: { title: "A" }, dryRun: true) { _id title } }',
    );
    expect(body).toMatchObject({ data: { it: { title: 'A' } }, extensions: { dryRun: { it: { count: 1 } } } });
    expect((await haven.rest('GET', `/collections/films/records/${body.data.it._id}`)).status).toBe(404);
  });

  it('run once for an idempotency key, and return the same selection again', async () => {
    const director = await created(haven, 'people', { name: 'Ridley' });
    const film = await created(haven, 'films', { title: 'Old' });
    const mutation = `mutation ($director: ID) {
      a: createFilm(data: { title: "A", director: $director, scenes: [{ name: "x" }] }) { _id title scenes { name } director { name } }
      b: createFilm(data: { title: "B" }) { _id __typename _data }
      c: deleteFilm(id: "${film.id}")
    }`;
    const send = () => haven.graphql(mutation, { director: director.id }, { 'idempotency-key': '"once"' });
    const first = await send();
    expect(first.body.errors).toBeUndefined();
    const second = await send();
    expect(second.body.data).toEqual(first.body.data);
    expect(second.body.data.a.director).toEqual({ name: 'Ridley' });
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect((await haven.rest('GET', '/collections/films/records?count=exact')).body.total).toBe(2);
  });
});

describe('a stored value that does not fit its type', () => {
  beforeEach(ownTenant);

  const OLD = {
    title: 5,
    year: 1_979.5,
    views: 1e22,
    rating: '8',
    seen: 0,
    premiere: '1979-02-29',
    tags: ['a', 1, null],
    grid: [[1], 'x', [12_000_000_000]],
    studio: 'London',
    scenes: [{ name: {} }, 3],
    release: { kind: 'radio' },
    director: 7,
    cast: ['x', 5],
    'Major Genre': 'Western',
  };

  it('is null, with an error at its place; all other values are returned', async () => {
    await haven.rest('POST', '/collections', { name: 'olds' });
    const old = await created(haven, 'olds', OLD);
    const { body: films } = await haven.rest('GET', '/collections/films');
    const change = await haven.rest('PATCH', '/collections/olds', { schema: films.schema, enforce: 'new' });
    expect([change.body.detail, change.status]).toEqual([undefined, 200]);
    const { body, status } = await haven.graphql(
      `{ olds { edges { node {
        title year views rating seen premiere tags grid studio { city } scenes { n: name } release { __typename }
        director { name } cast { name } Major_Genre cast_ids director_id _data
      } } } }`,
    );
    expect(status).toBe(200);
    expect(body.data.olds.edges[0].node).toEqual({
      title: null,
      year: null,
      views: null,
      rating: null,
      seen: null,
      premiere: null,
      tags: ['a', null, null],
      grid: [[1], null, [null]],
      studio: null,
      scenes: [{ n: null }, null],
      release: null,
      director: null,
      cast: [null, null],
      Major_Genre: 'Western',
      cast_ids: ['x', null],
      director_id: null,
      _data: OLD,
    });
    const node = ['olds', 'edges', 0, 'node'];
    const places = [
      [['title'], '/data/title'],
      [['year'], '/data/year'],
      [['views'], '/data/views'],
      [['rating'], '/data/rating'],
      [['seen'], '/data/seen'],
      [['premiere'], '/data/premiere'],
      [['tags', 1], '/data/tags/1'],
      [['grid', 1], '/data/grid/1'],
      [['grid', 2, 0], '/data/grid/2/0'],
      [['studio'], '/data/studio'],
      [['scenes', 0, 'n'], '/data/scenes/0/name'],
      [['scenes', 1], '/data/scenes/1'],
      [['release'], '/data/release'],
      [['director'], '/data/director'],
      [['cast', 1], '/data/cast/1'],
      [['cast_ids', 1], '/data/cast/1'],
      [['director_id'], '/data/director'],
    ] as const;
    expect(body.errors.map(({ path, extensions }: any) => [path, extensions.errors[0].pointer])).toEqual(
      places.map(([path, pointer]) => [[...node, ...path], pointer]),
    );
    for (const error of body.errors) {
      expect(error).toMatchObject({
        locations: [expect.anything()],
        extensions: { code: 'STORED_VALUE_MISMATCH', status: 409 },
      });
      expect(error.extensions.traceId).toMatch(/^[0-9a-f]{32}$/);
    }
    expect(old.id).toBeTruthy();
  });

  it('is counted after the first hundred', async () => {
    await haven.rest('POST', '/collections', { name: 'olds' });
    for (let n = 0; n < 3; n++) await created(haven, 'olds', { tags: Array.from({ length: 50 }, () => n) });
    const { body: films } = await haven.rest('GET', '/collections/films');
    await haven.rest('PATCH', '/collections/olds', { schema: films.schema, enforce: 'new' });
    const { body } = await haven.graphql('{ olds { edges { node { tags } } } }');
    expect(body.errors).toHaveLength(101);
    expect(body.errors[100]).toMatchObject({
      message: '50 more fields of this response have errors, which are not listed.',
      extensions: { code: 'STORED_VALUE_MISMATCH' },
    });
    expect(body.data.olds.edges).toHaveLength(3);
  });
});

describe('typed subscriptions', () => {
  const open: Subscription[] = [];
  afterEach(() => {
    for (const { client } of open.splice(0)) void client.dispose();
  });

  it('return changes with the selected members, and relations as they are after each of them', async () => {
    await ownTenant();
    const person = await created(haven, 'people', { name: 'Ridley' });
    const changes: any[] = [];
    const selection = 'type effect version __typename record { title director { name } _version }';
    const subscribed = subscribe(
      haven.url,
      `subscription { changes: filmChanges(where: { year: { _gte: 2000 } }) { ${selection} } }`,
      {
        headers: { 'x-test-tenant': haven.tenant },
        onChange: (change) => changes.push(change),
      },
    );
    open.push(subscribed);
    await vi.waitFor(() => expect(changes.map(({ type }) => type)).toEqual(['ready']), { timeout: 20_000 });
    const film = await created(haven, 'films', { title: 'A', year: 2001, director: person.id });
    await vi.waitFor(() => expect(changes).toHaveLength(2), { timeout: 20_000 });
    await haven.rest('PATCH', `/collections/people/records/${person.id}`, { data: { name: 'Sir Ridley' } });
    await created(haven, 'films', { title: 'Old', year: 1999 });
    await haven.rest('PATCH', `/collections/films/records/${film.id}`, { data: { title: 'B' } });
    await haven.rest('DELETE', `/collections/films/records/${film.id}`);
    await vi.waitFor(() => expect(changes).toHaveLength(4), { timeout: 20_000 });
    const change = { __typename: 'FilmChange' };
    expect(changes).toEqual([
      { ...change, type: 'ready', effect: null, version: null, record: null },
      {
        ...change,
        type: 'record.created',
        effect: 'entered',
        version: 1,
        record: { title: 'A', director: { name: 'Ridley' }, _version: 1 },
      },
      {
        ...change,
        type: 'record.updated',
        effect: 'changed',
        version: 2,
        record: { title: 'B', director: { name: 'Sir Ridley' }, _version: 2 },
      },
      { ...change, type: 'record.deleted', effect: 'left', version: 3, record: null },
    ]);
    expect(subscribed.errors).toBeUndefined();
  });
});
