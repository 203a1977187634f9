import { randomUUID } from 'node:crypto';

import { beforeEach, describe, expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';

const haven = startHaven();

/** Settings that are not the defaults, so that a replacement that loses one is noticed. */
const SETTINGS = {
  description: 'Films',
  schema: { type: 'object', required: ['title'] },
  enforce: 'new',
  requirePrecondition: true,
  cache: { maxAge: '2s' },
  indexes: [{ path: 'title' }, { path: '$updatedAt' }],
  history: { keep: 3, for: '90d' },
};

beforeEach(async () => {
  expect((await haven.rest('POST', '/collections', { name: 'films', ...SETTINGS })).status).toBe(201);
});

describe('a record that was read', () => {
  let path: string;
  let read: any;

  beforeEach(async () => {
    const { body } = await haven.rest('POST', '/collections/films/records', { data: { title: 'Alien', year: 1979 } });
    path = `/collections/films/records/${body.id}`;
    read = (await haven.rest('GET', path)).body;
  });

  it('can be changed and sent back, also where a precondition is required', async () => {
    const { status, body } = await haven.rest('PUT', path, { ...read, data: { ...read.data, year: 1980 } });
    expect([status, body.version, body.data]).toEqual([200, 2, { title: 'Alien', year: 1980 }]);
    expect(body.createdAt).toBe(read.createdAt);
  });

  it('can be sent back from a list', async () => {
    const { items } = (await haven.rest('GET', '/collections/films/records')).body;
    expect((await haven.rest('PUT', path, items[0])).status).toBe(200);
  });

  it('is refused if the record has changed or is gone, and nothing is lost', async () => {
    const changed = await haven.rest('PUT', path, { ...read, data: { title: 'Aliens' } });
    expect(changed.status).toBe(200);
    const late = await haven.rest('PUT', path, { ...read, data: { title: 'Lost' } });
    expect(late).toMatchObject({ status: 412, body: { code: 'VERSION_CONFLICT', current: 2 } });
    expect((await haven.rest('GET', path)).body).toEqual(changed.body);
    await haven.rest('DELETE', path, undefined, { 'if-match': '*' });
    expect((await haven.rest('PUT', path, read)).body.code).toBe('VERSION_CONFLICT');
  });

  it('must meet If-Match and its own version', async () => {
    const put = (condition: string, version: number) =>
      haven.rest('PUT', path, { ...read, version, data: { title: 'Alien' } }, { 'if-match': condition });
    for (const [condition, version] of [
      ['"2"', 1],
      ['"1"', 2],
      ['*', 2],
    ] as const)
      expect((await put(condition, version)).status, `${condition} ${version}`).toBe(412);
    expect((await put('"7", "1"', 1)).status).toBe(200);
  });

  it.each([
    ['another id', { id: randomUUID() }, '/id'],
    ['another collection', { collection: 'books' }, '/collection'],
    ['an id that is none', { id: 7 }, '/id'],
    ['no id', { id: null }, '/id'],
    ['a version that is none', { version: '1' }, '/version'],
    ['a version that cannot be', { version: 0 }, '/version'],
    ['an unknown member', { deletedAt: null }, '/deletedAt'],
  ])('is refused with %s', async (_, change, pointer) => {
    const { status, body } = await haven.rest('PUT', path, { ...read, ...change });
    expect([status, body.code, body.errors[0].pointer]).toEqual([422, 'VALIDATION_FAILED', pointer]);
    expect((await haven.rest('GET', path)).body).toEqual(read);
  });

  it('may name its id in upper case, and other times', async () => {
    const input = { ...read, id: read.id.toUpperCase(), createdAt: '1979-05-25T00:00:00Z', updatedAt: null };
    const { status, body } = await haven.rest('PUT', path, input);
    expect([status, body.createdAt]).toEqual([200, read.createdAt]);
  });
});

describe('a collection that was read', () => {
  let read: any;

  beforeEach(async () => {
    read = (await haven.rest('GET', '/collections/films')).body;
  });
  const put = (input: object) => haven.rest('PUT', '/collections/films', input);

  it('can be changed and sent back, and keeps every other setting', async () => {
    const { status, body } = await put({ ...read, description: 'Movies' });
    expect(status).toBe(200);
    const without = ({ indexes, ...collection }: any) => ({
      ...collection,
      indexes: indexes.map(({ path }: any) => path),
      updatedAt: '…',
    });
    expect(without(body)).toEqual({ ...without(read), description: 'Movies', revision: 2 });
  });

  it('is refused if the collection has changed', async () => {
    await put({ ...read, description: 'Movies' });
    const late = await put({ ...read, description: 'Lost' });
    expect(late).toMatchObject({ status: 412, body: { code: 'VERSION_CONFLICT', current: 2 } });
    expect((await haven.rest('GET', '/collections/films')).body.description).toBe('Movies');
  });

  it.each([
    ['another name', { name: 'books' }, '/name'],
    ['a revision that is none', { revision: '1' }, '/revision'],
    ['an unknown member', { version: 1 }, '/version'],
  ])('is refused with %s', async (_, change, pointer) => {
    const { status, body } = await put({ ...read, ...change });
    expect([status, body.code, body.errors[0].pointer]).toEqual([422, 'VALIDATION_FAILED', pointer]);
  });
});

describe('indexes', () => {
  const paths = ({ body }: { body: any }) => body.indexes.map(({ path }: any) => path);

  it('are accepted as they are read, and as paths, over both APIs', async () => {
    const rest = (indexes: unknown) => haven.rest('PATCH', '/collections/films', { indexes });
    const graphql = async (indexes: unknown) => {
      const { body } = await haven.graphql(
        'mutation($input: CollectionSettings!) { updateCollection(name: "films", input: $input) { indexes { path } } }',
        { input: { indexes } },
      );
      return { body: body.data.updateCollection };
    };
    for (const send of [rest, graphql]) {
      expect(paths(await send(['year']))).toEqual(['year']);
      expect(paths(await send([{ path: 'title', state: 'failed', problem: 'x' }, 'year']))).toEqual(['title', 'year']);
    }
  });

  it.each([
    ['title', '/indexes'],
    [[7], '/indexes/0'],
    [['title', null], '/indexes/1'],
    [[{ state: 'ready' }], '/indexes/0/path'],
    [[{ path: 'title', color: 'red' }], '/indexes/0'],
  ])('that are not are refused: %j', async (indexes, pointer) => {
    const { status, body } = await haven.rest('PATCH', '/collections/films', { indexes });
    expect([status, body.code, body.errors[0].pointer]).toEqual([422, 'VALIDATION_FAILED', pointer]);
  });
});

describe('errors', () => {
  it('say how to create a collection that does not exist, over both APIs', async () => {
    const { body } = await haven.rest('POST', '/collections/books/records', { data: {} });
    const graphql = await haven.graphql('mutation { createRecord(collection: "books", data: {}) { id } }');
    for (const detail of [body.detail, graphql.body.errors[0].message])
      expect(detail).toMatch(/^There is no collection "books"\. Create it with createCollection \(REST: POST /);
  });

  it.each([
    ['POST', '/collections/films/query', { limit: 'x', count: 'all', after: 1 }],
    ['POST', '/collections/films/query', { filter: { year: { _in: 7, _gt: {} } } }],
    ['POST', '/collections/films/records', { data: {} }],
    ['POST', '/collections/films/records', { data: 7, id: 'x', unknown: 1 }],
    ['POST', '/api-keys', { name: 1, scopes: ['everything', 'records:read', 'records:read'], collections: [1] }],
    ['POST', '/webhooks', { url: 1, types: ['x'], collections: [1, 1] }],
    ['POST', '/batch', { operations: [{ op: 'destroy' }] }],
    ['PATCH', '/collections/films', { indexes: 7, history: 7, cache: 7, schema: 7 }],
    ['GET', '/collections/films/records?limit=0&sort=&limt=1', undefined],
  ])('are whole sentences: %s %s %j', async (method, path, input) => {
    const { status, body } = await haven.rest(method, path, input);
    expect(status).toBe(422);
    for (const { detail } of body.errors) {
      expect(detail).toMatch(/^(?:`[^`]+` [a-z]|"|[A-Z][a-z]+ ).*\.$/);
      expect(detail).not.toMatch(/^(?:Must|Is|Has|Should|Exceeds|Requires)\b|\bin must\b/);
    }
  });
});
