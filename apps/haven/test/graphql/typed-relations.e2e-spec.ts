import { randomUUID } from 'node:crypto';

import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { HavenError } from '@haven/kernel';
import { RelatedRecordsService } from '@haven/records';

import { startHaven } from '../support/haven.js';
import { statementsOf } from '../support/statements.js';
import { createCinema, created } from './typed-cinema.js';

const haven = startHaven(['limits.expandedRecords=200', 'limits.graphqlCost=1000000'], { keys: true });

let agent: any;
let ridley: any;
let sigourney: any;
let films: any[];

/** Creates five films, of which each has the same director and cast. */
async function prepare(): Promise<void> {
  await createCinema(haven);
  agent = await created(haven, 'agents', { name: 'Agent' });
  ridley = await created(haven, 'people', { name: 'Ridley', agent: agent.id });
  sigourney = await created(haven, 'people', { name: 'Sigourney', agent: agent.id });
  const cast = [sigourney.id, ridley.id, sigourney.id];
  const studio = { city: 'London', owner: sigourney.id };
  const rest = { director: ridley.id, cast, studio };
  films = [];
  for (const [n, title] of ['Alien', 'Aliens', 'Blade Runner', 'Avatar', 'Legend'].entries())
    films.push(await created(haven, 'films', { title, year: 1979 + n, ...rest }));
}

const tenant = randomUUID();
let shared: [agent: any, ridley: any, sigourney: any, films: any[]];
beforeAll(async () => {
  haven.tenant = tenant;
  await prepare();
  shared = [agent, ridley, sigourney, films];
});
beforeEach(() => {
  haven.tenant = tenant;
  [agent, ridley, sigourney, films] = shared;
});

/** Gives a test that changes records a tenant of its own. */
async function ownTenant(): Promise<void> {
  haven.tenant = randomUUID();
  await prepare();
}

async function read(
  query: string,
  variables?: Record<string, unknown>,
  headers?: Record<string, string>,
): Promise<any> {
  const { body } = await haven.graphql(query, variables, headers);
  expect(body.errors).toBeUndefined();
  return body.data;
}

/** Returns the number of statements that read records. */
async function statements(query: string): Promise<number> {
  await read(query);
  const sent = await statementsOf(() => read(query));
  return sent.filter(({ text }) => /haven\.(live_records|live_entries|events)/.test(text)).length;
}

const titles = (connection: any) => connection.edges.map(({ node }: any) => node.title);

describe('references', () => {
  it('return the records that they name, in members at any path and in lists with duplicates', async () => {
    const { film } = await read(
      `query ($id: ID!) { film(id: $id) {
        director { _id name agent { name } } director_id cast { name } cast_ids studio { city owner { name } owner_id }
      } }`,
      { id: films[0].id },
    );
    expect(film).toEqual({
      director: { _id: ridley.id, name: 'Ridley', agent: { name: 'Agent' } },
      director_id: ridley.id,
      cast: [{ name: 'Sigourney' }, { name: 'Ridley' }, { name: 'Sigourney' }],
      cast_ids: [sigourney.id, ridley.id, sigourney.id],
      studio: { city: 'London', owner: { name: 'Sigourney' }, owner_id: sigourney.id },
    });
  });

  it('are null for records that do not exist, and for values that name none', async () => {
    await ownTenant();
    const schema = { properties: { director: { type: 'string', 'x-haven-ref': { collection: 'people' } } } };
    await haven.rest('POST', '/collections', { name: 'olds' });
    for (const director of ['0190a000-0000-7000-8000-000000000001', 'not-an-id', null])
      await created(haven, 'olds', { director });
    await haven.rest('PATCH', '/collections/olds', { schema, enforce: 'new' });
    const { olds } = await read('{ olds { edges { node { director { name } } } } }');
    expect(olds.edges).toEqual([1, 2, 3].map(() => ({ node: { director: null } })));
  });

  it('are read as they were at the moment of the root field', async () => {
    await ownTenant();
    const { updatedAt } = ridley;
    await haven.rest('PATCH', `/collections/people/records/${ridley.id}`, { data: { name: 'Sir Ridley' } });
    const later = films[0].updatedAt;
    const { then, now } = await read(
      `query ($id: ID!, $at: String!) {
        then: film(id: $id, asOf: $at) { director { name filmsByDirector(first: 1) { edges { node { title } } totalCount } } }
        now: film(id: $id) { director { name } }
      }`,
      { id: films[0].id, at: later },
    );
    expect(updatedAt <= later).toBe(true);
    expect(then.director).toEqual({
      name: 'Ridley',
      filmsByDirector: { edges: [{ node: { title: 'Alien' } }], totalCount: 1 },
    });
    expect(now.director).toEqual({ name: 'Sir Ridley' });
  });
});

describe('referring records', () => {
  it('are pages of their own for each record, with arguments', async () => {
    const { people } = await read(
      `query ($first: Int) { people(orderBy: [{ name: ASC }]) { edges { node {
      name
      films: filmsByDirector(where: { title: { _like: "A%" } }, orderBy: [{ year: DESC }], first: $first) {
        edges { cursor node { title director { name } } } pageInfo { hasNextPage endCursor } totalCount
      }
      cast: filmsByCast(first: 1) { totalCount }
    } } } }`,
      { first: 2 },
    );
    const [first, second] = people.edges.map(({ node }: any) => node);
    expect([first.name, titles(first.films), first.films.totalCount, first.films.pageInfo.hasNextPage]).toEqual([
      'Ridley',
      ['Avatar', 'Aliens'],
      3,
      true,
    ]);
    expect(first.films.edges[0].node.director).toEqual({ name: 'Ridley' });
    expect([second.name, titles(second.films), second.films.totalCount]).toEqual(['Sigourney', [], 0]);
    expect([first.cast.totalCount, second.cast.totalCount]).toEqual([5, 5]);
    const after = JSON.stringify(first.films.pageInfo.endCursor);
    const { person } = await read(`{ person(id: "${ridley.id}") { filmsByDirector(
      where: { title: { _like: "A%" } }, orderBy: [{ year: DESC }], after: ${after}) { edges { node { title } } } } }`);
    expect(titles(person.filmsByDirector)).toEqual(['Alien']);
  });

  it.each([
    [`where: { _or: [{ title: { _like: "${'x'.repeat(300)}" } }] }`, '/where/_or/0/title/_like'],
    ['where: { title: {} }', '/where/title'],
    ['orderBy: [{ year: ASC }, { year: DESC }]', '/orderBy/1'],
    ['where: { _raw: { title: { _odd: 1 } } }', '/where/_raw/title/_odd'],
    ['first: 501', '/first'],
    ['last: 501', '/last'],
    ['first: 1, last: 1', '/last'],
    ['after: "x"', undefined],
  ])('are null if the arguments are invalid: %s', async (args, pointer) => {
    const { body } = await haven.graphql(
      `{ people { edges { node { name filmsByDirector(${args}) { totalCount } } } } }`,
    );
    const names = body.data.people.edges.map(({ node }: any) => [node.name, node.filmsByDirector]);
    expect(names).toEqual([
      ['Sigourney', null],
      ['Ridley', null],
    ]);
    expect(body.errors.map(({ path }: any) => path)).toEqual(
      [0, 1].map((n) => ['people', 'edges', n, 'node', 'filmsByDirector']),
    );
    if (pointer !== undefined) expect(body.errors[0].extensions.errors[0].pointer).toBe(pointer);
  });
});

describe('the statements of a document', () => {
  it('are at most one for each field and level, however many records there are', async () => {
    const film = async (selection: string) => statements(`{ films { edges { node { title ${selection} } } } }`);
    expect(await film('')).toBe(1);
    expect(await film('director { name }')).toBe(2);
    // The directors are among the cast, and a record is read once.
    expect(await film('director { name agent { name } } cast { agent { name } } studio { owner { name } }')).toBe(4);
    const back = 'filmsByDirector(first: 2) { edges { node { title cast { name } } } totalCount }';
    // films, directors, their films, the number of those, their cast
    expect(await film(`director { ${back} }`)).toBe(5);
    expect(await statements(`{ people { edges { node { ${back} other: ${back} } } } }`)).toBe(4);
    expect(await statements(`{ a: films { edges { node { director { name } } } } b: films { totalCount } }`)).toBe(4);
  });

  it('do not become more with the number of records', async () => {
    await ownTenant();
    const lines = Array.from({ length: 60 }, (_, n) =>
      JSON.stringify({ title: `T${n}`, director: n % 2 ? ridley.id : sigourney.id }),
    );
    await haven.rest('POST', '/collections/films/import', lines.join('\n'), { 'content-type': 'application/x-ndjson' });
    expect(
      await statements(
        '{ films(first: 60) { edges { node { director { filmsByDirector(first: 2) { totalCount } } } } } }',
      ),
    ).toBe(4);
  });
});

describe('records that the caller may not read', () => {
  it('are plain ids as targets, and not listed or counted as referring records', async () => {
    const key = async (collections: string[]) => {
      const { body } = await haven.rest('POST', '/api-keys', { name: 'k', scopes: ['records:read'], collections });
      return { authorization: `Bearer ${body.token}` };
    };
    const ofFilms = await key(['films']);
    const { films: visible } = await read('{ films(first: 1) { edges { node { director } } } }', {}, ofFilms);
    expect(visible.edges).toEqual([{ node: { director: ridley.id } }]);
    const ofPeople = await key(['people']);
    expect(await read('{ people(first: 1) { edges { node { name agent } } } }', {}, ofPeople)).toEqual({
      people: { edges: [{ node: { name: 'Sigourney', agent: agent.id } }] },
    });
    const { body } = await haven.graphql(
      '{ people { edges { node { filmsByDirector { totalCount } } } } }',
      {},
      ofPeople,
    );
    expect(body.errors[0].extensions.code).toBe('MALFORMED_GRAPHQL');
  });
});

describe('the limit of related records', () => {
  it('makes the fields null that exceed it', async () => {
    const page = 'filmsByDirector { edges { node { title } } }';
    const deep = `director { ${page} filmsByCast { edges { node { title cast { name } } } } }`;
    const aliases = [...'abcdefgh'].map((name) => `${name}: films { edges { node { title ${deep} } } }`).join(' ');
    const { body } = await haven.graphql(`{ ${aliases} }`);
    const codes = new Set(body.errors.map(({ extensions }: any) => extensions.code));
    expect([...codes]).toEqual(['LIMIT_EXCEEDED']);
    expect(body.data.a.edges).toHaveLength(5);
  });
});

describe('a mutation', () => {
  it('is followed by relations as they are after it', async () => {
    await ownTenant();
    const { a, b } = await read(
      `mutation ($film: ID!, $person: ID!) {
        a: updateFilm(id: $film, data: { year: 2000 }) { director { name } }
        _: updatePerson(id: $person, data: { name: "Sir Ridley" }) { name }
        b: updateFilm(id: $film, data: { year: 2001 }) { director { name } }
      }`.replace('_:', 'c:'),
      { film: films[0].id, person: ridley.id },
    );
    expect([a, b]).toEqual([{ director: { name: 'Ridley' } }, { director: { name: 'Sir Ridley' } }]);
  });
});

describe('a relation that cannot be read', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('is null, with an error at each place; everything else is returned', async () => {
    const timeout = new HavenError('QUERY_TIMEOUT', 'The statement took too long.');
    vi.spyOn(RelatedRecordsService.prototype, 'byIds').mockImplementation(async (_caller, collection) => {
      if (collection === 'people') throw timeout;
      return [];
    });
    vi.spyOn(RelatedRecordsService.prototype, 'pages').mockRejectedValue(timeout);
    const { body, status } = await haven.graphql(
      '{ films(first: 2) { edges { node { title director { name } cast { name } } } } }',
    );
    expect(status).toBe(200);
    expect(body.data.films.edges.map(({ node }: any) => node)).toEqual(
      ['Legend', 'Avatar'].map((title) => ({ title, director: null, cast: null })),
    );
    const place = (n: number, name: string) => ['films', 'edges', n, 'node', name];
    expect(body.errors.map(({ path, extensions }: any) => [path, extensions.code])).toEqual(
      [place(0, 'director'), place(1, 'director'), place(0, 'cast'), place(1, 'cast')].map((path) => [
        path,
        'QUERY_TIMEOUT',
      ]),
    );
    const lists = await haven.graphql(
      '{ people(first: 1) { edges { node { name filmsByDirector { totalCount } } } } }',
    );
    expect(lists.body.data.people.edges).toEqual([{ node: { name: 'Sigourney', filmsByDirector: null } }]);
    expect(lists.body.errors).toHaveLength(1);
  });
});
