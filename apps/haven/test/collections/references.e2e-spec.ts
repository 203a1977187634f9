import { describe, expect, it, vi } from 'vitest';

import { HavenConfig } from '@haven/config';

import { startHaven } from '../support/haven.js';
import type { ApiResponse } from '../support/haven.js';
import { statementsOf } from '../support/statements.js';

const haven = startHaven([], { keys: true });
const NDJSON = { 'content-type': 'application/x-ndjson' };

const create = (name: string, schema?: object, settings: object = {}) =>
  haven.rest('POST', '/collections', { name, ...(schema && { schema }), ...settings });
const change = (name: string, settings: object, query = '') =>
  haven.rest('PATCH', `/collections/${name}${query}`, settings);
const get = async (name: string, headers = {}) =>
  (await haven.rest('GET', `/collections/${name}`, undefined, headers)).body;
const stored = async (name: string) =>
  (
    await haven.sql(
      'SELECT declared_indexes AS declared, referrers FROM haven.collections WHERE tenant_id = $1 AND name = $2',
      [haven.tenant, name],
    )
  )[0];
const to = (collection: string, onDelete?: string) => ({
  type: ['string', 'null'],
  'x-haven-ref': { collection, ...(onDelete && { onDelete }) },
});
const movies = (properties: object, others: object = {}) => ({ type: 'object', properties, ...others });

function expectError({ status, body }: ApiResponse, code: string, at: number, pointer?: string): void {
  expect({ status, code: body.code }).toEqual({ status: at, code });
  if (pointer !== undefined) expect(body.errors[0].pointer).toBe(pointer);
}

describe('a reference', () => {
  it('is stored with its target, which gets a new revision', async () => {
    const directors = await create('directors', movies({ born: { type: 'integer', minimum: 1800 } }));
    const created = await create(
      'movies',
      movies({ director: to('directors'), cast: { type: 'array', items: to('directors', 'cascade') } }),
    );
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      indexes: [],
      references: [
        { path: 'director', collection: 'directors', onDelete: 'restrict', state: 'checking' },
        { path: 'cast', collection: 'directors', onDelete: 'cascade', state: 'checking' },
      ],
      referencedBy: [],
    });
    expect(await get('directors')).toMatchObject({
      revision: 2,
      schema: directors.body.schema,
      references: [],
      referencedBy: [
        { collection: 'movies', path: 'director', onDelete: 'restrict' },
        { collection: 'movies', path: 'cast', onDelete: 'cascade' },
      ],
    });
    const { body } = await haven.graphql(
      '{ collection(name: "movies") { references { path collection onDelete state } referencedBy { path } } }',
    );
    expect(body.data.collection.references).toHaveLength(2);
    await vi.waitFor(async () => expect((await get('movies')).references[1].state).toBe('ready'), 10_000);
  });
});

/** Creates records and returns their ids. */
async function write(collection: string, ...documents: object[]): Promise<string[]> {
  const ids: string[] = [];
  for (const data of documents) {
    const { status, body } = await haven.rest('POST', `/collections/${collection}/records`, { data });
    expect(status, JSON.stringify(body)).toBe(201);
    ids.push(body.id);
  }
  return ids;
}
const all = async (collection: string) =>
  (await haven.rest('GET', `/collections/${collection}/records?sort=$createdAt&limit=500`)).body.items;

describe('a reference over existing data', () => {
  const schema = movies({ director: to('directors'), cast: { type: 'array', items: to('directors', 'cascade') } });
  const NOBODY = '018f0000-0000-7000-8000-000000000000';

  it('is refused if values are no ids of records, which a dry run lists', async () => {
    await create('directors');
    await create('movies');
    const [lang = '', gone = ''] = await write('directors', { name: 'Lang' }, { name: 'Gone' });
    const [other = ''] = await write('movies', { title: 'not a director' });
    await haven.rest('DELETE', `/collections/directors/records/${gone}`);
    const [, a, b, c] = await write(
      'movies',
      { director: lang, cast: [lang, lang] },
      { director: NOBODY },
      { director: gone, cast: [lang, gone, 'x', other] },
      { director: lang.toUpperCase() },
    );
    const before = await get('movies');
    const dryRun = await change('movies', { schema }, '?dryRun=true');
    const dangling = [
      { path: 'director', collection: 'directors', count: 3, ids: [a, b, c] },
      { path: 'cast', collection: 'directors', count: 3, ids: [b] },
    ];
    expect(dryRun.body).toMatchObject({ dangling, breaking: { count: 0 }, references: [{ state: 'checking' }, {}] });
    const mutation = `mutation ($schema: JSONObject) {
      updateCollection(name: "movies", input: { schema: $schema }, dryRun: true) { dangling { path collection count ids } } }`;
    expect((await haven.graphql(mutation, { schema })).body.data.updateCollection).toEqual({ dangling });
    const refused = await change('movies', { schema });
    expectError(refused, 'SCHEMA_INCOMPATIBLE', 422, '/schema/properties/director/x-haven-ref');
    expect(refused.body.errors[1].pointer).toBe('/schema/properties/cast/items/x-haven-ref');
    expect(refused.body.detail).toContain(`3 values of "director"`);
    expect(await get('movies')).toEqual(before);
    expect(await get('directors')).toMatchObject({ revision: 1, referencedBy: [] });

    expect((await change('movies', { schema, enforce: 'new' })).status).toBe(200);
    expect(await get('directors')).toMatchObject({ revision: 2, referencedBy: [{}, {}] });
    expectError(await change('movies', { enforce: 'all' }), 'SCHEMA_INCOMPATIBLE', 422);
    for (const id of [a, b, c]) await haven.rest('DELETE', `/collections/movies/records/${id}`);
    expect((await change('movies', { enforce: 'all' }, '?dryRun=true')).body.dangling).toEqual([]);
    expect((await change('movies', { enforce: 'all' })).status).toBe(200);
  });

  it('is checked with one statement for each batch of records and reference', async () => {
    await create('directors');
    await create('movies');
    const [lang] = await write('directors', { name: 'Lang' });
    const lines = Array.from({ length: 501 }, () => JSON.stringify({ director: lang, cast: [lang] }));
    await haven.rest('POST', '/collections/movies/import', `${lines.join('\n')}\n`, NDJSON);
    const sent = await statementsOf(() => change('movies', { schema }));
    expect(sent.filter(({ name }) => name === 'reference.missing')).toHaveLength(2 * 2);
    await vi.waitFor(
      async () => expect((await get('movies')).references).toMatchObject([{ state: 'ready' }, { state: 'ready' }]),
      10_000,
    );
  });
});

it.each<[string, object, string]>([
  ['is not an object', { 'x-haven-ref': 'directors' }, ''],
  ['leads to no collection', to('actors'), '/collection'],
  ['would leave no valid record', { ...to('directors', 'setNull'), type: 'string' }, '/onDelete'],
])('a reference that %s is refused', async (_, director, pointer) => {
  const schema = { ...movies({ director }), required: ['director'] };
  const at = `/schema/properties/director/x-haven-ref${pointer}`;
  await create('directors');
  expectError(await create('movies', schema), 'SCHEMA_INVALID', 422, at);
  await create('movies');
  for (const settings of [{ schema }, { schema, enforce: 'new' }])
    expectError(await change('movies', settings), 'SCHEMA_INVALID', 422, at);
  expectError(await change('movies', { schema }, '?dryRun=true'), 'SCHEMA_INVALID', 422, at);
  expect(await stored('directors')).toMatchObject({ referrers: [] });
});

describe('the index of a reference', () => {
  const schema = movies({ 'a.b': movies({ director: to('directors') }) });
  const PATH = String.raw`a\.b.director`;
  const rebuilt = async () => (await stored('movies')).declared.map(({ id }: { id: number }) => id);

  it('is an index of the client if it declares one, and is kept when either goes', async () => {
    await create('directors');
    await create('movies', schema);
    const [id] = await rebuilt();
    expect((await get('movies')).indexes).toEqual([]);
    await change('movies', { indexes: [{ path: PATH, unique: true }, `-${PATH}`, 'title'] });
    expect(await rebuilt()).toContain(id);
    expect(await rebuilt()).toHaveLength(4);
    const declared = await change('movies', { indexes: [PATH] });
    expect(declared.body).toMatchObject({ indexes: [{ path: PATH }], references: [{ path: PATH }] });
    expect(await rebuilt()).toEqual([id]);
    await change('movies', { indexes: [] });
    expect([await rebuilt(), (await get('movies')).indexes]).toEqual([[id], []]);
    await change('movies', { indexes: [PATH] });
    await change('movies', { schema: null });
    expect([await rebuilt(), (await get('movies')).indexes]).toEqual([[id], [expect.objectContaining({ path: PATH })]]);
    await change('movies', { indexes: [] });
    expect(await rebuilt()).toEqual([]);
  });

  it('is dropped with the reference, which the target then does not know any more', async () => {
    await create('directors');
    await create('movies', schema);
    const [id] = await rebuilt();
    const { revision, body } = { revision: 2, body: await get('directors') };
    expect(body).toMatchObject({ revision, referencedBy: [{ collection: 'movies', path: PATH }] });
    expect((await change('movies', { schema: movies({}) })).body).toMatchObject({ references: [], indexes: [] });
    expect(await get('directors')).toMatchObject({ revision: 3, referencedBy: [] });
    expect(await stored('movies')).toMatchObject({ declared: [] });
    const left =
      'SELECT count(*)::integer AS count FROM haven.index_builds WHERE tenant_id = $1 AND index_id = $2 AND task = $3';
    await vi.waitFor(async () => {
      expect(await haven.sql(left, [haven.tenant, id, 'drop'])).toEqual([{ count: 0 }]);
    }, 10_000);
    expect((await haven.rest('DELETE', '/collections/directors')).status).toBe(204);
  });

  it('counts in the limit and the quota of indexes', async () => {
    await create('directors');
    const names = (count: number) => Array.from({ length: count }, (_, n) => `m${n}`);
    const many = (count: number) => movies(Object.fromEntries(names(count).map((name) => [name, to('directors')])));
    const { indexesPerCollection } = haven.app.get(HavenConfig).limits;
    expectError(await create('movies', many(indexesPerCollection + 1)), 'LIMIT_EXCEEDED', 422, '/schema');
    expectError(
      await create('movies', many(indexesPerCollection), { indexes: ['x'] }),
      'LIMIT_EXCEEDED',
      422,
      '/schema',
    );
    expect((await create('movies', many(indexesPerCollection), { indexes: names(2) })).status).toBe(201);
    expect((await haven.rest('GET', '/usage')).body.indexes.used).toBe(indexesPerCollection);
  });

  it('is declared again if a process of the previous release has dropped it', async () => {
    await create('directors');
    await create('movies', schema);
    await haven.sql(
      'UPDATE haven.collections SET declared_indexes = $1, revision = 2 WHERE tenant_id = $2 AND name = $3',
      ['[]', haven.tenant, 'movies'],
    );
    await haven.sql("UPDATE haven.collections SET referrers = '[]' WHERE tenant_id = $1", [haven.tenant]);
    expect((await get('movies')).references).toMatchObject([{ state: 'checking' }]);
    expect((await change('movies', { schema })).body).toMatchObject({ revision: 3 });
    expect((await get('directors')).referencedBy).toMatchObject([{ collection: 'movies' }]);
    await vi.waitFor(async () => expect((await get('movies')).references).toMatchObject([{ state: 'ready' }]), 10_000);
    expect((await change('movies', { schema })).body).toMatchObject({ revision: 3 });
  });
});

describe('the collection to which a reference refers', () => {
  it('keeps the text of its schema, and is not changed by a change that keeps the reference', async () => {
    const text = '{"type":"object","properties":{"n":{"maximum":9007199254740993}}}';
    await haven.rest('POST', '/collections', `{"name":"directors","schema":${text}}`);
    const read = async () =>
      (await fetch(`${haven.url}/api/v1/collections/directors`, { headers: await haven.as(haven.tenant) })).text();
    await create('movies', movies({ director: to('directors') }));
    expect(await read()).toContain(text);
    const before = await read();
    await change('movies', { schema: movies({ director: to('directors'), title: { type: 'string' } }) });
    await change('movies', { description: 'Films' });
    expect(await read()).toBe(before);
    await change('movies', { schema: movies({ director: to('directors', 'cascade') }) });
    expect(await get('directors')).toMatchObject({ revision: 3, referencedBy: [{ onDelete: 'cascade' }] });
    expect(await read()).toContain(text);
  });

  it('has another entity tag after a reference was declared or removed', async () => {
    await create('directors');
    const etag = async () => (await haven.rest('GET', '/collections/directors')).headers.get('etag');
    expect(await etag()).toBe('"1"');
    await create('movies', movies({ director: to('directors') }));
    expect(await etag()).toBe('"2"');
    const conditional = await haven.rest(
      'PATCH',
      '/collections/directors',
      { description: 'x' },
      { 'if-match': '"1"' },
    );
    expectError(conditional, 'VERSION_CONFLICT', 412);
    await haven.rest('DELETE', '/collections/movies');
    expect(await etag()).toBe('"3"');
  });

  it('can be sent back as it was read', async () => {
    await create('directors', movies({ boss: to('directors', 'setNull') }));
    await create('movies', movies({ director: to('directors') }));
    for (const name of ['directors', 'movies']) {
      await vi.waitFor(async () => expect((await get(name)).references).toMatchObject([{ state: 'ready' }]), 10_000);
      const before = await get(name);
      const after = await haven.rest('PUT', `/collections/${name}`, before);
      expect([after.status, after.body]).toEqual([200, before]);
    }
  });

  it('cannot be deleted, even if it is empty', async () => {
    await create('directors');
    for (const name of ['movies', 'series']) await create(name, movies({ by: to('directors') }));
    for (const query of ['', '?cascade=true']) {
      const { status, body } = await haven.rest('DELETE', `/collections/directors${query}`);
      expect([status, body.code]).toEqual([409, 'COLLECTION_REFERENCED']);
      expect(body.detail).toContain('"movies" and "series"');
    }
    const { body } = await haven.graphql('mutation { deleteCollection(name: "directors", cascade: true) }');
    expect(body.errors[0].extensions.code).toBe('COLLECTION_REFERENCED');
    await change('movies', { schema: null });
    await haven.rest('DELETE', '/collections/series?cascade=true');
    expect(await get('directors')).toMatchObject({ referencedBy: [] });
    expect((await haven.rest('DELETE', '/collections/directors')).status).toBe(204);
  });

  it('may be the collection itself, or one that refers back', async () => {
    const people = movies({ boss: to('people', 'setNull'), team: to('teams') });
    expectError(
      await create('people', people),
      'SCHEMA_INVALID',
      422,
      '/schema/properties/team/x-haven-ref/collection',
    );
    await create('teams');
    expect((await create('people', people)).body).toMatchObject({
      revision: 1,
      referencedBy: [{ collection: 'people', path: 'boss', onDelete: 'setNull' }],
    });
    await change('teams', { schema: movies({ lead: to('people', 'setNull') }) });
    expect(await get('people')).toMatchObject({
      revision: 2,
      referencedBy: [{}, { collection: 'teams', path: 'lead' }],
    });
    const [boss = ''] = await write('people', { name: 'Boss' });
    const [team = ''] = await write('teams', { lead: boss });
    const [member = ''] = await write('people', { boss, team });
    await haven.rest('PATCH', `/collections/people/records/${boss}`, { data: { boss, team } });
    expect(await all('people')).toHaveLength(2);
    for (const name of ['people', 'teams'])
      expectError(await haven.rest('DELETE', `/collections/${name}?cascade=true`), 'COLLECTION_REFERENCED', 409);
    await change('people', { schema: movies({ boss: to('people', 'setNull') }) });
    await change('teams', { schema: null });
    for (const name of ['people', 'teams'])
      expect((await haven.rest('DELETE', `/collections/${name}?cascade=true`)).status).toBe(204);
    expect([team, member]).toHaveLength(2);
  });

  it('has no referrers if it is deleted and created again', async () => {
    await create('directors', movies({ boss: to('directors') }));
    await haven.rest('DELETE', '/collections/directors');
    expect((await create('directors')).body).toMatchObject({ revision: 1, referencedBy: [] });
  });
});

describe('a key that may see only one of two collections', () => {
  const key = async (collections: string[]) => {
    const { body } = await haven.rest('POST', '/api-keys', {
      name: 'held',
      scopes: ['collections:write', 'records:read'],
      collections,
    });
    return { authorization: `Bearer ${body.token}` };
  };

  it('cannot refer to the other one, nor learn whether it exists or what refers to it', async () => {
    await create('directors');
    const held = await key(['movies']);
    const refused = await Promise.all(
      ['directors', 'nowhere'].map((target) =>
        haven.rest('POST', '/collections', { name: 'movies', schema: movies({ director: to(target) }) }, held),
      ),
    );
    expect(refused.map(({ status, body }) => [status, body.code])).toEqual([
      [403, 'FORBIDDEN'],
      [403, 'FORBIDDEN'],
    ]);
    await create('movies', movies({ director: to('directors') }));
    const other = await key(['directors']);
    expect(await get('directors', other)).toMatchObject({ revision: 2, referencedBy: [] });
    const { body } = await haven.graphql(
      '{ collections { edges { node { name referencedBy { collection } } } } }',
      {},
      other,
    );
    expect(body.data.collections.edges).toEqual([{ node: { name: 'directors', referencedBy: [] } }]);
    const deletion = await haven.rest('DELETE', '/collections/directors', undefined, other);
    expectError(deletion, 'COLLECTION_REFERENCED', 409);
    expect(deletion.body.detail).toContain('1 other collection');
    expect(deletion.body.detail).not.toContain('movies');
  });

  it('can keep and remove a reference that another key declared', async () => {
    await create('directors');
    await create('movies', movies({ director: to('directors') }));
    const held = await key(['movies']);
    const put = (schema: object) => haven.rest('PATCH', '/collections/movies', { schema }, held);
    expect((await put(movies({ director: to('directors', 'cascade') }))).status).toBe(200);
    expect((await put(movies({}))).status).toBe(200);
    expect(await get('directors')).toMatchObject({ revision: 4, referencedBy: [] });
    expect((await put(movies({ director: to('directors') }))).status).toBe(403);
  });
});

describe('concurrent changes', () => {
  it('of two collections that get references to each other succeed', async () => {
    await Promise.all([create('one'), create('other')]);
    const both = await Promise.all([
      change('one', { schema: movies({ x: to('other') }) }),
      change('other', { schema: movies({ x: to('one') }) }),
    ]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect((await get('one')).referencedBy).toMatchObject([{ collection: 'other' }]);
    expect((await get('other')).referencedBy).toMatchObject([{ collection: 'one' }]);
  });

  it('leave no reference to a collection that is deleted at the same time, and lose none', async () => {
    for (let round = 0; round < 4; round += 1) {
      const target = `target${round}`;
      await create(target);
      const [deletion, ...declared] = await Promise.all([
        haven.rest('DELETE', `/collections/${target}`),
        ...['a', 'b', 'c'].map((name) => create(`${name}${round}`, movies({ x: to(target) }))),
      ]);
      const succeeded = declared.filter(({ status }) => status === 201);
      if (deletion?.status === 204) {
        expect(succeeded).toEqual([]);
        for (const response of declared) expectError(response, 'SCHEMA_INVALID', 422);
      } else {
        expect(deletion?.status).toBe(409);
        expect(succeeded).toHaveLength(3);
        expect((await get(target)).referencedBy).toHaveLength(3);
      }
    }
  });
});
