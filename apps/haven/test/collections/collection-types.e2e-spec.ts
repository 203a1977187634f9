import { describe, expect, it, vi } from 'vitest';

import { TenantTypesCache } from '@haven/collections';
import { UnitOfWork } from '@haven/database';
import { Access } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { secondHaven, startHaven } from '../support/haven.js';
import { statementsOf } from '../support/statements.js';

const haven = startHaven();

const TITLED = { type: 'object', properties: { title: { type: 'string' } } };
const named = (one: string, many: string) => ({ ...TITLED, 'x-haven-name': { one, many } });

const put = async (name: string, settings: object = { schema: TITLED }, query = '') => {
  const { status, body } = await haven.rest('PUT', `/collections/${name}${query}`, settings);
  expect(status, JSON.stringify(body)).toBeLessThan(300);
  return body;
};
const read = async (name: string) => (await haven.rest('GET', `/collections/${name}`)).body;

const caller = (): Caller => ({
  tenantId: haven.tenant,
  actor: 'tester',
  traceId: '0'.repeat(32),
  access: Access.full,
});
const cache = () => haven.app.get(TenantTypesCache, { strict: false });
const typeNames = async (types = cache()) =>
  [...(await types.get(caller())).collections.values()].map(({ typed }) => typed?.names.type ?? null);

describe('a collection', () => {
  it('shows its names in GraphQL wherever it is returned', async () => {
    const { body: created } = await haven.rest('POST', '/collections', { name: 'movies', schema: TITLED });
    const graphql = { type: 'Movie', one: 'movie', many: 'movies', untyped: [] };
    expect(created.graphql).toEqual(graphql);
    expect((await read('movies')).graphql).toEqual(graphql);
    expect((await haven.rest('GET', '/collections')).body.items[0].graphql).toEqual(graphql);
    const { body } = await haven.graphql(
      '{ collection(name: "movies") { graphql { type one many untyped { detail } } } }',
    );
    expect(body.data.collection.graphql).toEqual(graphql);
    const replaced = await put('movies', { schema: named('film', 'films') });
    expect(replaced.graphql).toEqual({ type: 'Film', one: 'film', many: 'films', untyped: [] });
    expect(replaced.warnings).toEqual([]);
    expect((await put('movies', replaced)).graphql).toEqual(replaced.graphql);
  });

  it('has no names without types, and tells why and what else has none', async () => {
    const { graphql } = await put('movies', {
      schema: {
        properties: { 'a-b': {}, a_b: {}, year: { type: ['integer', 'string'] } },
        'x-haven-name': 'film',
      },
      indexes: ['a_b', { path: 'year', unique: true }, { path: '年', unique: true }],
    });
    expect(graphql).toMatchObject({ type: 'Movie', one: 'movie', many: 'movies' });
    expect(graphql.untyped.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '/indexes/2',
      '/schema/properties/a-b',
      '/schema/properties/year',
      '/schema/x-haven-name',
    ]);
    const { graphql: none } = await put('notes', {});
    expect(none).toEqual({
      type: null,
      one: null,
      many: null,
      untyped: [{ pointer: '/schema', detail: expect.any(String) }],
    });
  });

  it('yields names to others and gets them back, whichever was first', async () => {
    expect((await put('movies')).graphql.type).toBe('Movie');
    expect((await put('movie')).graphql.type).toBe('Movie'); // comes first by its name
    const { graphql } = await read('movies');
    expect(graphql.type).toBeNull();
    expect(graphql.untyped[0].detail).toMatch(/^The name `Movie` is taken/);
    await haven.rest('DELETE', '/collections/movie');
    expect((await read('movies')).graphql.type).toBe('Movie');
  });

  it('shows the names in a dry run, and does not cache them', async () => {
    await put('movies');
    expect(await typeNames()).toEqual(['Movie']);
    const { graphql } = await put('movies', { schema: named('film', 'films') }, '?dryRun=true');
    expect(graphql.type).toBe('Film');
    expect((await put('shows', { schema: TITLED }, '?dryRun=true')).graphql.type).toBe('Show');
    expect(await typeNames()).toEqual(['Movie']);
    expect((await read('movies')).graphql.type).toBe('Movie');
  });

  it('has the same names for a key that sees only some collections', async () => {
    await put('movie');
    await put('movies');
    await put('shows', {
      schema: { properties: { movie: { type: 'string', 'x-haven-ref': { collection: 'movie' } } } },
    });
    await haven.sql("INSERT INTO haven.tenants VALUES ($1, $1::uuid::text, 'active', 1, now(), now())", [haven.tenant]);
    const access = { scopes: ['records:read'], collections: ['movies', 'shows'] };
    const { body: key } = await haven.rest('POST', '/api-keys', { name: 'some', ...access });
    const { body } = await haven.rest('GET', '/collections', undefined, { authorization: `Bearer ${key.token}` });
    const all = (await haven.rest('GET', '/collections')).body;
    expect(body.items.map(({ graphql }: any) => graphql)).toEqual(
      all.items.slice(1).map(({ graphql }: any) => graphql),
    );
    expect(body.items.map(({ graphql }: any) => graphql.type)).toEqual([null, 'Show']);
  });
});

describe('the types of a tenant', () => {
  it('are read once for all callers, and only asked for changes afterwards', async () => {
    await put('movies');
    const sent = await statementsOf(() => Promise.all(Array.from({ length: 20 }, () => typeNames())));
    expect(sent.filter(({ text }) => text.includes('haven.collections')).length).toBe(1);
    expect(await statementsOf(() => typeNames())).toEqual([]);
  });

  it('are those of the collections after each change of this process', async () => {
    await put('movies');
    expect(await typeNames()).toEqual(['Movie']);
    await put('shows', { schema: named('series', 'allSeries') });
    expect(await typeNames()).toEqual(['Movie', 'Series']);
    await haven.rest('PATCH', '/collections/shows', { schema: TITLED });
    expect(await typeNames()).toEqual(['Movie', 'Show']);
    await haven.rest('DELETE', '/collections/shows');
    expect(await typeNames()).toEqual(['Movie']);
    await put('shows', {});
    expect(await typeNames()).toEqual(['Movie', null]);
  });

  it('keep what has not changed', async () => {
    await put('movies');
    const before = await cache().get(caller());
    await put('shows');
    const after = await cache().get(caller());
    expect(after.hash).not.toBe(before.hash);
    expect(after.collections.get('movies')?.typed?.record).toBe(before.collections.get('movies')?.typed?.record);
  });

  it('are those of a change that another process made: at once if asked for, otherwise after a second', async () => {
    const other = await secondHaven(haven);
    try {
      const far = other.app.get(TenantTypesCache, { strict: false });
      await put('movies');
      expect(await typeNames(far)).toEqual(['Movie']);
      await put('shows');
      await far.refresh(caller());
      expect(await typeNames(far)).toEqual(['Movie', 'Show']);
      await haven.rest('DELETE', '/collections/movies');
      await put('movies', { schema: named('film', 'films') }); // a new collection with the name of the deleted one
      const now = performance.now() + 1_001;
      const clock = vi.spyOn(performance, 'now').mockReturnValue(now);
      expect(await typeNames(far)).toEqual(['Film', 'Show']);
      clock.mockRestore();
      const { body } = await haven.rest('GET', '/collections/movies');
      expect(body.graphql.type).toBe('Film');
    } finally {
      await other.app.close();
    }
  });

  it('are not cached in an open transaction, such as that of a request with a key', async () => {
    await put('movies');
    const key = { 'idempotency-key': '1' };
    const created = await haven.rest('POST', '/collections', { name: 'shows', schema: TITLED }, key);
    expect(created.body.graphql.type).toBe('Show');
    expect(await typeNames()).toEqual(['Movie', 'Show']);
    const again = await haven.rest('POST', '/collections', { name: 'shows', schema: TITLED }, key);
    expect(again.body).toEqual(created.body);
    const uow = haven.app.get(UnitOfWork, { strict: false });
    const rolledBack = uow.run(caller(), async () => {
      await uow.current().query("UPDATE haven.collections SET schema = NULL, revision = 2 WHERE name = 'shows'");
      expect(await typeNames()).toEqual(['Movie', null]);
      throw new Error('rolled back');
    });
    await expect(rolledBack).rejects.toThrow('rolled back');
    expect(await typeNames()).toEqual(['Movie', 'Show']);
  });

  it('do not include schemas that are too long together', async () => {
    await put('first');
    const schema = { ...TITLED, description: 'x'.repeat(250_000) };
    await haven.sql(
      `INSERT INTO haven.collections (tenant_id, name, revision, schema, enforce, require_precondition, indexes,
         created_at, updated_at)
       SELECT $1, 'many-' || lpad(n::text, 2, '0'), 1, $2, 'all', false, '[]', now(), now() FROM generate_series(1, 40) AS n`,
      [haven.tenant, JSON.stringify(schema)],
    );
    const { collections } = await cache().refresh(caller());
    const untyped = [...collections.values()].filter(({ typed }) => typed === null);
    expect(untyped.map(({ collection }) => collection)).toEqual([
      'many-34',
      'many-35',
      'many-36',
      'many-37',
      'many-38',
      'many-39',
      'many-40',
    ]);
    expect(untyped[0]?.untyped[0]?.detail).toContain('too long together');
    await haven.sql("UPDATE haven.collections SET deleted_at = now() WHERE tenant_id = $1 AND name < 'many-20'", [
      haven.tenant,
    ]);
    const after = await cache().refresh(caller());
    expect([...after.collections.values()].every(({ typed }) => typed !== null)).toBe(true);
  });
});
