import { randomUUID } from 'node:crypto';

import { beforeEach, describe, expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';
import { statementsOf } from '../support/statements.js';

const haven = startHaven(['limits.expandedRecords=300', 'limits.expandPaths=4', 'limits.expandedBytes=100KiB']);

const reference = (collection: string) => ({ type: ['string', 'null'], 'x-haven-ref': { collection } });
const SCHEMAS = {
  agents: { properties: { boss: reference('agents') } },
  people: { properties: { agent: reference('agents') } },
  films: {
    properties: {
      director: reference('people'),
      cast: { type: 'array', items: { 'x-haven-ref': { collection: 'people' } } },
      studio: { properties: { owner: reference('people') } },
    },
  },
};

const create = async (collection: string, data: object) =>
  (await haven.rest('POST', `/collections/${collection}/records`, { data })).body;
const read = async (path: string, headers?: Record<string, string>) =>
  haven.rest('GET', `/collections/films/records${path}`, undefined, headers);

let agent: any;
let ridley: any;
let sigourney: any;
let alien: any;

beforeEach(async () => {
  for (const [name, schema] of Object.entries(SCHEMAS))
    expect((await haven.rest('POST', '/collections', { name, schema })).status).toBe(201);
  const boss = await create('agents', { name: 'Boss' });
  agent = await create('agents', { name: 'Agent', boss: boss.id });
  ridley = await create('people', { name: 'Ridley', agent: agent.id });
  sigourney = await create('people', { name: 'Sigourney' });
  const cast = [sigourney.id, ridley.id, sigourney.id];
  alien = await create('films', { title: 'Alien', director: ridley.id, cast, studio: { owner: ridley.id } });
});

/** Returns the records of an expansion without what they have in common. */
const names = (value: any): unknown => {
  if (Array.isArray(value)) return value.map(names);
  if (!value) return value;
  const { data, expanded } = value;
  if (!expanded) return data.name;
  return [data.name, Object.fromEntries(Object.entries(expanded).map(([key, inner]) => [key, names(inner)]))];
};

describe('expanded references', () => {
  it('contain the records to which they lead, for members at any path and arrays with duplicates', async () => {
    const { body } = await read(`/${alien.id}?expand=director,cast,studio.owner`);
    expect(body.expanded).toEqual({
      director: ridley,
      cast: [sigourney, ridley, sigourney],
      'studio.owner': ridley,
    });
    const { expanded: _, ...record } = body;
    expect(record).toEqual(alien);
    expect((await read(`/${alien.id}`)).body).toEqual(alien);
  });

  it('lead to further references, on at most three levels, also back to the same collection', async () => {
    const { body } = await read(`/${alien.id}?expand=director.agent.boss,cast.agent`);
    expect({ director: names(body.expanded.director), cast: names(body.expanded.cast) }).toEqual({
      director: ['Ridley', { agent: ['Agent', { boss: 'Boss' }] }],
      cast: [
        ['Sigourney', { agent: null }],
        ['Ridley', { agent: 'Agent' }],
        ['Sigourney', { agent: null }],
      ],
    });
    expect(await read(`/${alien.id}?expand=director.agent.boss.boss`)).toMatchObject({
      status: 422,
      body: { code: 'VALIDATION_FAILED', errors: [{ pointer: '/expand' }] },
    });
    await haven.rest('PATCH', `/collections/agents/records/${agent.id}`, { data: { boss: agent.id } });
    const cycle = (await haven.rest('GET', `/collections/agents/records/${agent.id}?expand=boss.boss`)).body;
    expect(names(cycle)).toEqual(['Agent', { boss: ['Agent', { boss: 'Agent' }] }]);
  });

  it('are the same in every read of both APIs', async () => {
    const expected = (await read(`/${alien.id}?expand=director.agent,cast`)).body;
    const list = await read('?expand=director.agent,cast&sort=title');
    expect(list.body.items).toEqual([expected]);
    for (const expand of ['director.agent,cast', ['director.agent', 'cast']]) {
      for (const [method, path] of [
        ['POST', 'query'],
        ['QUERY', 'records'],
      ] as const)
        expect((await haven.rest(method, `/collections/films/${path}`, { expand })).body.items).toEqual([expected]);
    }
    const exported = await haven.rest('GET', '/collections/films/export?expand=director.agent,cast');
    expect(JSON.parse(exported.body)).toEqual(expected);

    const RECORD = 'id collection version data createdAt updatedAt expanded';
    const expand = 'expand: ["director.agent", "cast"]';
    const { body } = await haven.graphql(
      `{ record(collection: "films", id: "${alien.id}", ${expand}) { ${RECORD} }
         records(collection: "films", ${expand}) { edges { node { ${RECORD} } } }
         plain: record(collection: "films", id: "${alien.id}", expand: null) { expanded } }`,
    );
    expect(body.data).toEqual({
      record: expected,
      records: { edges: [{ node: expected }] },
      plain: { expanded: null },
    });
    await haven.rest('PATCH', '/collections/films', { indexes: [{ path: 'title', unique: true }] });
    const byKey = await haven.rest('GET', '/collections/films/records/by/title/Alien?expand=director.agent,cast');
    expect(byKey.body).toEqual(expected);
    const recordBy = `{ recordBy(collection: "films", index: "title", value: "Alien", ${expand}) { ${RECORD} } }`;
    expect((await haven.graphql(recordBy)).body.data.recordBy).toEqual(expected);
  });

  it('do not need the member in `fields`', async () => {
    const { body } = await read(`/${alien.id}?expand=director&fields=title`);
    expect([body.data, names(body.expanded.director)]).toEqual([{ title: 'Alien' }, 'Ridley']);
    const { items } = (await read('?expand=director&fields=title')).body;
    expect([items[0].data, names(items[0].expanded.director)]).toEqual([{ title: 'Alien' }, 'Ridley']);
  });

  it('are null for a missing member, a missing record and a collection that the key may not read', async () => {
    const empty = await create('films', { title: 'Empty', cast: [] });
    expect((await read(`/${empty.id}?expand=director,cast,studio.owner`)).body.expanded).toEqual({
      director: null,
      cast: [],
      'studio.owner': null,
    });
    await haven.sql("INSERT INTO haven.tenants VALUES ($1, $1::uuid::text, 'active', 1, now(), now())", [haven.tenant]);
    const input = { name: 'films only', scopes: ['records:read'], collections: ['films', 'agents'] };
    const { token } = (await haven.rest('POST', '/api-keys', input)).body;
    const headers = { authorization: `Bearer ${token}` };
    const held = await read(`/${alien.id}?expand=director.agent,cast.nothing`, headers);
    expect([held.status, held.body.expanded]).toEqual([200, { director: null, cast: [null, null, null] }]);
    const { body } = await haven.graphql(
      `{ record(collection: "films", id: "${alien.id}", expand: ["director", "cast"]) { expanded } }`,
      {},
      headers,
    );
    expect(body.data.record.expanded).toEqual(held.body.expanded);

    const links = { director: randomUUID(), cast: [ridley.id, randomUUID()] };
    await haven.sql(`UPDATE haven.records SET data = data || $2::jsonb WHERE tenant_id = $1 AND id = $3`, [
      haven.tenant,
      JSON.stringify(links),
      alien.id,
    ]);
    const dangling = (await read(`/${alien.id}?expand=director,cast`)).body.expanded;
    expect([dangling.director, names(dangling.cast)]).toEqual([null, ['Ridley', null]]);
  });

  it('are those of another tenant in no case', async () => {
    const theirs = haven.tenant;
    haven.tenant = randomUUID();
    for (const [name, schema] of Object.entries(SCHEMAS)) await haven.rest('POST', '/collections', { name, schema });
    const own = await create('films', { title: 'Own' });
    await haven.sql('UPDATE haven.records SET data = data || $2::jsonb WHERE tenant_id = $1', [
      haven.tenant,
      JSON.stringify({ director: ridley.id }),
    ]);
    expect(theirs).not.toBe(haven.tenant);
    expect((await read(`/${own.id}?expand=director`)).body.expanded).toEqual({ director: null });
  });

  it('are as they were at the same moment', async () => {
    const { updatedAt } = alien;
    await haven.rest('PATCH', `/collections/people/records/${ridley.id}`, { data: { name: 'Ridley Scott' } });
    const late = await create('people', { name: 'Late' });
    await haven.rest('PATCH', `/collections/films/records/${alien.id}`, { data: { director: late.id } });
    expect(names((await read(`/${alien.id}?expand=director`)).body.expanded.director)).toBe('Late');
    for (const path of [`/${alien.id}?`, '?sort=title&']) {
      const { body } = await read(`${path}expand=director.agent,cast&asOf=${updatedAt}`);
      const { expanded } = body.items?.[0] ?? body;
      expect(names({ data: {}, expanded })).toEqual([
        undefined,
        { director: ['Ridley', { agent: 'Agent' }], cast: ['Sigourney', 'Ridley', 'Sigourney'] },
      ]);
    }
    const lines = (await haven.rest('GET', `/collections/films/export?expand=director&asOf=${updatedAt}`)).body;
    expect(JSON.parse(lines).expanded.director.data.name).toBe('Ridley');
  });

  it('take the representation its entity tag, because a target changes without the version of the record', async () => {
    const plain = await read(`/${alien.id}`, { 'if-none-match': '"1"' });
    expect(plain.status).toBe(304);
    const expanded = await read(`/${alien.id}?expand=director`, { 'if-none-match': '"1"' });
    expect([expanded.status, expanded.headers.get('etag')]).toEqual([200, null]);
    expect((await haven.rest('PUT', `/collections/films/records/${alien.id}`, expanded.body)).status).toBe(200);
  });

  it('of cached records are read from the database', async () => {
    await haven.rest('PATCH', '/collections/films', { cache: { maxAge: '10s' } });
    await haven.rest('PATCH', '/collections/people', { cache: { maxAge: '10s' } });
    await read(`/${alien.id}`);
    await haven.rest('PATCH', `/collections/people/records/${ridley.id}`, { data: { name: 'Ridley Scott' } });
    expect(names((await read(`/${alien.id}?expand=director`)).body.expanded.director)).toBe('Ridley Scott');
  });
});

describe('expand', () => {
  const lines = (count: number, data: object) =>
    Array.from({ length: count }, (_, n) => JSON.stringify({ ...data, n })).join('\n');
  const importFilms = (count: number, data: object) =>
    haven.rest('POST', '/collections/films/import', lines(count, data), { 'content-type': 'application/x-ndjson' });

  /** Returns the number of statements that read records. */
  const statements = async (path: string): Promise<number> => {
    const sent = await statementsOf(async () => expect((await haven.rest('GET', path)).status).toBe(200));
    return sent.filter(({ text }) => text.includes('haven.live_records')).length;
  };

  it('takes one statement for each path and level', async () => {
    await importFilms(100, { director: ridley.id, cast: [sigourney.id, ridley.id] });
    const films = '/collections/films/records?limit=100';
    expect(await statements(`${films}&expand=director,studio.owner,cast`)).toBe(3);
    expect(await statements(`${films.replace('100', '50')}&expand=director.agent.boss,cast.agent`)).toBe(6);
    expect(await statements(`${films}&expand=studio.owner`)).toBe(1);
  });

  it.each([
    ['expand=title', 'VALIDATION_FAILED'],
    ['expand=director.name', 'VALIDATION_FAILED'],
    ['expand=studio', 'VALIDATION_FAILED'],
    ['expand=director,', 'VALIDATION_FAILED'],
    ['expand=', 'VALIDATION_FAILED'],
    ['expand=$id', 'VALIDATION_FAILED'],
    ['expand=director,director,director,director,director', 'LIMIT_EXCEEDED'],
  ])('refuses %s', async (parameter, code) => {
    for (const path of ['/records', `/records/${alien.id}`, '/export'])
      expect(await haven.rest('GET', `/collections/films${path}?${parameter}`), path).toMatchObject({
        status: 422,
        body: { code, errors: [{ pointer: '/expand' }] },
      });
  });

  it('is not for CSV, nor for lines that are documents', async () => {
    const exported = '/collections/films/export?expand=director';
    const refused = { status: 422, body: { code: 'VALIDATION_FAILED', errors: [{ pointer: '/expand' }] } };
    expect(await haven.rest('GET', exported, undefined, { accept: 'text/csv' })).toMatchObject(refused);
    expect(await haven.rest('GET', `${exported}&shape=document`)).toMatchObject(refused);
  });

  it('limits the records and the size of the documents that it adds', async () => {
    const refused = { status: 422, body: { code: 'LIMIT_EXCEEDED', errors: [{ pointer: '/expand' }] } };
    await importFilms(200, { director: ridley.id, cast: [sigourney.id] });
    expect((await read('?limit=200&expand=director')).status).toBe(200);
    expect(await read('?limit=200&expand=director,cast')).toMatchObject(refused);
    expect(await read('?limit=200&expand=director.agent')).toMatchObject(refused);
    const exported = await haven.rest('GET', '/collections/films/export?expand=director.agent,cast');
    const found = exported.body
      .trim()
      .split('\n')
      .map((line: string) => JSON.parse(line));
    expect(found.filter(({ expanded }: any) => expanded.director.expanded.agent.data.name === 'Agent')).toHaveLength(
      201,
    );

    const large = await create('people', { text: 'x'.repeat(60_000) });
    const one = await create('films', { director: large.id });
    expect((await read(`/${one.id}?expand=director`)).status).toBe(200);
    await create('films', { director: large.id });
    expect(await read('?limit=2&expand=director')).toMatchObject(refused);
    const other = await create('people', { text: 'x'.repeat(60_000) });
    const two = await create('films', { cast: [large.id, other.id] });
    expect(await read(`/${two.id}?expand=cast`)).toMatchObject(refused);
    expect(await haven.rest('GET', `/collections/films/export?expand=director`)).toMatchObject({ status: 200 });
  });

  it('finds references that another process has just declared', async () => {
    const id = randomUUID();
    await create('people', { name: 'New' });
    await haven.rest('POST', '/collections', { name: 'shows' });
    await haven.rest('PUT', `/collections/shows/records/${id}`, { data: { lead: ridley.id } });
    await haven.rest('GET', `/collections/shows/records/${id}`); // caches the settings
    const schema = { properties: { lead: reference('people') } };
    await haven.rest('PATCH', '/collections/shows', { schema });
    const { body } = await haven.rest('GET', `/collections/shows/records/${id}?expand=lead`);
    expect(names(body.expanded.lead)).toBe('Ridley');
  });
});
