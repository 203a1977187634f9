import { beforeEach, describe, expect, it, vi } from 'vitest';

import { startHaven } from '../support/haven.js';
import { statementsOf } from '../support/statements.js';

const haven = startHaven([], { keys: true });
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

/** Returns the header of a key that may only read and write directors. */
async function keyForDirectors(): Promise<Record<string, string>> {
  const { status, body } = await haven.rest('POST', '/api-keys', {
    name: 'directors',
    scopes: ['records:read', 'records:write'],
    collections: ['directors'],
  });
  expect(status).toBe(201);
  return { authorization: `Bearer ${body.token}` };
}

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
    for (const value of [NOBODY, deleted, other, director.toUpperCase()]) {
      const { status, body } = await haven.rest('POST', MOVIES, { data: { director: value } });
      expect([status, body.code, body.errors?.[0]?.pointer], value).toEqual([
        422,
        'REFERENCE_BROKEN',
        '/data/director',
      ]);
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
    expect(refused.map(({ status, body }) => [status, body.code])).toEqual(
      refused.map(() => [422, 'REFERENCE_BROKEN']),
    );
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
    expect(await causesOf(2)).toEqual([
      { type: 'record.deleted', cause: null },
      { type: 'record.updated', cause: gone },
    ]);
  });

  it('deletes the records whose references cascade, through cycles, and sets the others to null', async () => {
    await createCollection('people', { boss: reference('people', 'cascade'), friend: reference('people', 'setNull') });
    const [root, friend] = [await createRecord('people'), await createRecord('people')];
    const children = await Promise.all([1, 2, 3].map(() => createRecord('people', { boss: root })));
    const grandchild = await createRecord('people', { boss: children[0] });
    await haven.rest('PATCH', `/collections/people/records/${root}`, { data: { boss: grandchild } });
    await haven.rest('PATCH', `/collections/people/records/${friend}`, { data: { friend: grandchild } });
    expect((await remove('people', root)).status).toBe(204);
    expect((await haven.rest('GET', '/collections/people/records')).body.items).toEqual([
      expect.objectContaining({ id: friend, version: 3, data: { friend: null } }),
    ]);
    const caused = await causesOf(2);
    expect(caused.filter(({ cause }) => cause === root)).toHaveLength(4);
  });

  it('writes one event of a record that loses several links, or is deleted for one of them', async () => {
    await createCollection('tasks', {
      owner: reference('directors', 'setNull'),
      author: reference('directors', 'setNull'),
    });
    const director = await createRecord('directors');
    const task = await createRecord('tasks', { owner: director, author: director });
    expect((await remove('directors', director)).status).toBe(204);
    expect(await read('tasks', task)).toMatchObject({ version: 2, data: { owner: null, author: null } });
    await createCollection('notes', {
      about: reference('directors', 'setNull'),
      by: reference('directors', 'cascade'),
    });
    const other = await createRecord('directors');
    const note = await createRecord('notes', { about: other, by: other });
    expect((await remove('directors', other)).status).toBe(204);
    const { body } = await haven.rest('GET', `/collections/notes/records/${note}/history`);
    expect(body.items.map(({ type, cause }: { type: string; cause: string }) => [type, cause])).toEqual([
      ['record.deleted', other],
      ['record.created', null],
    ]);
  });

  it('lets a record go that only deleted records refer to', async () => {
    await createCollection('nodes', { next: reference('nodes') });
    const [first, self] = ['01990000-0000-7000-8000-000000000003', '01990000-0000-7000-8000-000000000004'];
    await createRecord('nodes', {});
    const made = await batch(
      { op: 'create', collection: 'nodes', id: first, data: { next: self } },
      { op: 'create', collection: 'nodes', id: self, data: { next: self } },
    );
    expect(made.status).toBe(200);
    expect((await remove('nodes', self)).body.references).toMatchObject({ count: 1, samples: [{ id: first }] });
    const removed = await batch(
      { op: 'delete', collection: 'nodes', id: self },
      { op: 'delete', collection: 'nodes', id: first },
    );
    expect(removed.status).toBe(200);
  });

  it('cannot change more records than a batch may', async () => {
    await createCollection('tasks', { owner: reference('directors', 'cascade') });
    const director = await createRecord('directors');
    const operations = Array.from({ length: 999 }, () => ({
      op: 'create',
      collection: 'tasks',
      data: { owner: director },
    }));
    expect((await batch(...operations)).status).toBe(200);
    const spare = await createRecord('tasks', { owner: director });
    const { status, body } = await remove('directors', director);
    expect([status, body.code]).toEqual([409, 'CASCADE_TOO_LARGE']);
    expect(body.detail).toContain('1001 records');
    expect(await read('tasks', spare)).toMatchObject({ version: 1 });
    await remove('tasks', spare);
    expect((await remove('directors', director)).status).toBe(204);
    expect((await haven.rest('GET', '/collections/tasks/records?count=exact')).body.total).toBe(0);
  });

  it('is refused if the caller may not change the referring records, or only with a precondition', async () => {
    await createCollection('tasks', { owner: reference('directors', 'cascade') }, { requirePrecondition: true });
    const director = await createRecord('directors');
    const task = await createRecord('tasks', { owner: director });
    const unconditional = await remove('directors', director);
    expect([unconditional.status, unconditional.body.code]).toEqual([428, 'PRECONDITION_REQUIRED']);
    const key = await keyForDirectors();
    const forbidden = await haven.rest('DELETE', `/collections/directors/records/${director}`, undefined, key);
    expect([forbidden.status, forbidden.body.code]).toEqual([403, 'FORBIDDEN']);
    expect([(await read('directors', director)).version, (await read('tasks', task)).version]).toEqual([1, 1]);
  });

  it('counts the records that a key may not read, and names none of them', async () => {
    const director = await createRecord('directors');
    await createRecord('movies', { director });
    const key = await keyForDirectors();
    const { body } = await haven.rest('DELETE', `/collections/directors/records/${director}`, undefined, key);
    expect(body).toMatchObject({ code: 'RECORD_REFERENCED', references: { count: 1, samples: [] } });
    expect(body.detail).not.toContain('movies');
  });
});

describe('an erasure', () => {
  it('removes the links to the record whatever their rule is', async () => {
    await createCollection('tasks', { owner: reference('directors', 'cascade') });
    await haven.rest('PUT', '/collections/notes', {
      schema: {
        type: 'object',
        required: ['by'],
        properties: { by: { ...ID, 'x-haven-ref': { collection: 'directors' } } },
      },
    });
    const director = await createRecord('directors', { name: 'secret' });
    const records = [
      ['movies', await createRecord('movies', { director, cast: [director] }), { director: null, cast: [] }],
      ['tasks', await createRecord('tasks', { owner: director }), { owner: null }],
      ['notes', await createRecord('notes', { by: director }), { by: null }],
    ] as const;
    const { status } = await haven.rest('POST', `/collections/directors/records/${director}/erase`);
    expect(status).toBe(204);
    for (const [collection, id, data] of records) expect((await read(collection, id)).data).toEqual(data);
    expect((await causesOf(2)).filter(({ cause }) => cause === director)).toHaveLength(3);
  });
});

const causesOf = (version: number) =>
  haven.sql('SELECT type, cause FROM haven.events WHERE tenant_id = $1 AND version = $2 ORDER BY type, cause', [
    haven.tenant,
    version,
  ]);

describe('the statements of a change', () => {
  /** Returns the names of the statements that belong to the change, and not to the transaction. */
  const namesOf = async (work: () => Promise<unknown>) =>
    (await statementsOf(work)).map(({ name = '' }) => name).filter((name) => name !== '' && !name.startsWith('tenant'));

  it('check a new link while they write the record, and do not check one that stays', async () => {
    const director = await createRecord('directors');
    const movie = await createRecord('movies', { director });
    await indexesReady();
    await createRecord('movies', { director });
    expect(await namesOf(() => createRecord('movies', { director }))).toEqual([
      'collections.lock.try',
      'records.append.one.given.linked',
    ]);
    const patch = (data: object) => haven.rest('PATCH', `${MOVIES}/${movie}`, { data });
    expect(await namesOf(() => patch({ title: 'A' }))).toEqual([
      'records.find',
      'collection.lock.try',
      'records.append.one',
    ]);
    expect(await namesOf(() => patch({ cast: [director] }))).toContain('records.append.one.index.linked');
  });

  it('are the same for any number of records that refer to a deleted one', async () => {
    await createCollection('tasks', { owner: reference('directors', 'cascade') });
    const countFor = async (records: number): Promise<number> => {
      const owner = await createRecord('directors');
      const create = () => ({ op: 'create', collection: 'tasks', data: { owner } });
      await batch(...Array.from({ length: records }, create));
      return (await namesOf(() => remove('directors', owner))).length;
    };
    await indexesReady();
    const one = await countFor(1);
    expect(await countFor(200)).toBe(one);
    expect(one).toBeLessThan(20);
  });
});

/** Waits until the references of all collections are found by their indexes. */
async function indexesReady(): Promise<void> {
  const allReady = async (): Promise<boolean> => {
    const { items } = (await haven.rest('GET', '/collections')).body;
    const states = items.flatMap((one: { references: { state: string }[] }) =>
      one.references.map(({ state }) => state),
    );
    return states.every((state: string) => state === 'ready');
  };
  await vi.waitUntil(allReady, { timeout: 30_000 });
}
