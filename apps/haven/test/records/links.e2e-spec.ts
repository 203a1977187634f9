import { beforeEach, describe, expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';

const haven = startHaven();
const NOBODY = '00000000-0000-4000-8000-000000000000';
const MOVIES = '/collections/movies/records';
const ID = { type: 'string', format: 'uuid' };

const reference = (collection: string, onDelete?: string) => ({
  ...ID,
  type: ['string', 'null'],
  'x-haven-ref': { collection, ...(onDelete && { onDelete }) },
});

async function createCollection(name: string, properties: object = {}, settings: object = {}): Promise<void> {
  const { status, body } = await haven.rest('POST', '/collections', {
    name,
    ...settings,
    schema: { type: 'object', properties },
  });
  expect(status, JSON.stringify(body)).toBe(201);
}

async function createRecord(collection: string, data: object = {}): Promise<string> {
  const { status, body } = await haven.rest('POST', `/collections/${collection}/records`, { data });
  expect(status, JSON.stringify(body)).toBe(201);
  return body.id as string;
}

const read = async (collection: string, id: string) =>
  (await haven.rest('GET', `/collections/${collection}/records/${id}`)).body;
const remove = (collection: string, id: string) => haven.rest('DELETE', `/collections/${collection}/records/${id}`);
const batch = (...operations: object[]) => haven.rest('POST', '/batch', { operations });

beforeEach(async () => {
  await createCollection('directors');
  await createCollection('movies', {
    director: reference('directors'),
    cast: { type: 'array', items: { ...ID, 'x-haven-ref': { collection: 'directors', onDelete: 'setNull' } } },
  });
});

describe('a link', () => {
  it('must be the id of a record that exists', async () => {
    const director = await createRecord('directors');
    const deleted = await createRecord('directors');
    await remove('directors', deleted);
    const other = await createRecord('movies', { director });
    for (const value of [NOBODY, deleted, other, director.toUpperCase(), 'x', '']) {
      const { status, body } = await haven.rest('POST', MOVIES, { data: { director: value } });
      expect([status, body.code, body.errors?.[0]?.pointer], value).toEqual([422, 'REFERENCE_BROKEN', '/data/director']);
    }
    for (const value of [null, undefined, director]) await createRecord('movies', { director: value });
    const { body } = await haven.rest('POST', MOVIES, { data: { cast: [director, NOBODY, deleted] } });
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(['/data/cast/1', '/data/cast/2']);
  });

  it('is checked by every way to change a record, but only if the change adds it', async () => {
    const director = await createRecord('directors');
    const movie = await createRecord('movies', { director });
    const path = `${MOVIES}/${movie}`;
    const refused = [
      await haven.rest('PUT', path, { data: { director: NOBODY } }),
      await haven.rest('PATCH', path, { data: { director: NOBODY } }),
      await haven.rest('PATCH', path, [{ op: 'replace', path: '/data/director', value: NOBODY }], {
        'content-type': 'application/json-patch+json',
      }),
      await batch({ op: 'patch', collection: 'movies', id: movie, data: { director: NOBODY } }),
    ];
    expect(refused.map(({ status, body }) => [status, body.code])).toEqual(refused.map(() => [422, 'REFERENCE_BROKEN']));
    expect(refused[3]?.body).toMatchObject({ index: 0, errors: [{ pointer: '/operations/0/data/director' }] });
    expect((await haven.rest('PATCH', path, { data: { title: 'A' } })).status).toBe(200);
    expect((await haven.rest('PATCH', path, { data: { director: null } })).status).toBe(200);
    await remove('directors', director);
    const restored = await haven.rest('POST', `${path}/restore`, { version: 1 });
    expect([restored.status, restored.body.code]).toEqual([422, 'REFERENCE_BROKEN']);
  });

  it('may lead to a record of the same batch, whatever the order', async () => {
    const [director, movie] = ['01990000-0000-7000-8000-000000000001', '01990000-0000-7000-8000-000000000002'];
    const { status } = await batch(
      { op: 'create', collection: 'movies', id: movie, data: { director, cast: [director] } },
      { op: 'create', collection: 'directors', id: director, data: {} },
    );
    expect(status).toBe(200);
    const undone = await batch(
      { op: 'create', collection: 'movies', data: { director: movie } },
      { op: 'create', collection: 'directors', id: movie, data: {} },
      { op: 'delete', collection: 'directors', id: movie },
    );
    expect([undone.status, undone.body.code, undone.body.index]).toEqual([422, 'REFERENCE_BROKEN', 0]);
  });
});

describe('a deletion', () => {
  it('is refused while a record refers to the deleted one', async () => {
    const director = await createRecord('directors');
    const movies = [await createRecord('movies', { director }), await createRecord('movies', { director })];
    const { status, body } = await remove('directors', director);
    expect([status, body.code, body.references.count]).toEqual([409, 'RECORD_REFERENCED', 2]);
    expect(body.references.samples.map(({ id }: { id: string }) => id).toSorted()).toEqual(movies.toSorted());
    await remove('movies', movies[0] ?? '');
    await haven.rest('PATCH', `${MOVIES}/${movies[1]}`, { data: { director: null } });
    expect((await remove('directors', director)).status).toBe(204);
  });

  it('removes links from arrays, with events that name their cause', async () => {
    const [gone, kept] = [await createRecord('directors'), await createRecord('directors')];
    const movie = await createRecord('movies', { cast: [gone, kept, gone], title: 'A' });
    expect((await remove('directors', gone)).status).toBe(204);
    expect(await read('movies', movie)).toMatchObject({ version: 2, data: { cast: [kept], title: 'A' } });
    const causes = await haven.sql('SELECT cause FROM haven.events WHERE tenant_id = $1 AND version = 2', [haven.tenant]);
    expect(causes.map(({ cause }) => cause)).toEqual([null, gone].toSorted());
  });
});
