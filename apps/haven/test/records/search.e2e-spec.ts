import { randomUUID } from 'node:crypto';

import { beforeEach, describe, expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';
import type { ApiResponse } from '../support/haven.js';
import { searchReady } from '../support/search.js';

const haven = startHaven();
const FILMS = '/collections/films';

const post = (path: string, body: object) => haven.rest('POST', path, body);
const query = (body: object) => post(`${FILMS}/query`, body);
const titles = ({ status, body }: ApiResponse) =>
  status === 200 ? body.items.map(({ data }: any) => data.title).toSorted() : [status, body];
const find = async (_search: string, more = {}) => titles(await query({ filter: { _search, ...more } }));
const create = async (title: string, more = {}) =>
  (await post(`${FILMS}/records`, { data: { title, ...more } })).body.id as string;

const films = [
  { title: 'Dune', body: 'A desert planet and its spice.', year: 1984, genre: 'Sci-Fi' },
  { title: 'Dune: Part Two', body: 'The spice must flow again.', year: 2024, genre: 'Sci-Fi' },
  { title: 'Jodorowsky’s Dune', body: 'A documentary about a film that was never made.', year: 2013, genre: 'Doc' },
  { title: 'Alien', body: 'A crew answers a signal in space.', year: 1979, genre: 'Horror' },
  { title: 'Desert Hearts', tags: ['planet dune'], year: 1985, genre: 'Drama' },
];
const DUNES = ['Dune', 'Dune: Part Two', 'Jodorowsky’s Dune'];

beforeEach(async () => {
  const search = { paths: ['title', 'body', 'tags'], language: 'english' };
  await post('/collections', { name: 'films', search, indexes: ['genre', 'year'] });
  for (const { title, ...more } of films) await create(title, more);
  await searchReady(haven, 'films');
});

describe('a search', () => {
  it.each<[string, string[]]>([
    ['dune', [...DUNES, 'Desert Hearts']],
    ['DUNE desert', ['Desert Hearts', 'Dune']],
    ['spices', ['Dune', 'Dune: Part Two']],
    ['dune -spice', ['Desert Hearts', 'Jodorowsky’s Dune']],
    ['"part two"', ['Dune: Part Two']],
    ['"two part"', []],
    ['dune -"part two" -doc*', ['Desert Hearts', 'Dune']],
    ['docu*', ['Jodorowsky’s Dune']],
    ['"planet dune', ['Desert Hearts']],
    ['nothing', []],
    ['the', []],
  ])('for %j finds %j', async (text, found) => {
    expect(await find(text)).toEqual(found.toSorted());
  });

  it('is one condition among others', async () => {
    expect(await find('dune', { year: { _gte: 2000 } })).toEqual(['Dune: Part Two', 'Jodorowsky’s Dune']);
    expect(await find('dune', { genre: 'Doc' })).toEqual(['Jodorowsky’s Dune']);
    const either = { _or: [{ _search: 'alien' }, { _search: 'spice', year: { _lt: 2000 } }] };
    expect(titles(await query({ filter: either }))).toEqual(['Alien', 'Dune']);
    const not = { _not: { _search: 'dune' } };
    expect(titles(await query({ filter: not }))).toEqual(['Alien']);
    const both = { _and: [{ _search: 'spice' }, { _search: 'desert' }] };
    expect(titles(await query({ filter: both }))).toEqual(['Dune']);
  });

  it.each(['title', '-year', '$createdAt', '-$id', 'genre,-year', '$score'])('is sorted by %s', async (sort) => {
    const filter = { _search: 'dune' };
    const all = (await query({ filter, sort })).body.items;
    expect(all).toHaveLength(4);
    const pages: unknown[] = [];
    let after: string | undefined;
    do {
      const { body } = await query({ filter, sort, limit: 1, after });
      pages.push(...body.items);
      after = body.nextCursor ?? undefined;
    } while (after);
    expect(pages).toEqual(all);
    const { body: last } = await query({
      filter,
      sort,
      limit: 2,
      after: (await query({ filter, sort, limit: 2 })).body.nextCursor,
    });
    expect(last.items).toEqual(all.slice(2));
    const { body: back } = await query({ filter, sort, limit: 1, before: last.previousCursor });
    expect(back.items).toEqual(all.slice(1, 2));
  });

  it('finds a record that has just been written, and not what it was before', async () => {
    const id = await create('Solaris');
    expect(await find('solaris')).toEqual(['Solaris']);
    await haven.rest('PATCH', `${FILMS}/records/${id}`, { data: { title: 'Stalker' } });
    expect([await find('solaris'), await find('stalker')]).toEqual([[], ['Stalker']]);
    await haven.rest('DELETE', `${FILMS}/records/${id}`);
    expect(await find('stalker')).toEqual([]);
    expect((await query({ filter: { _search: 'stalker' }, count: 'exact' })).body.total).toBe(0);
  });

  it('finds nothing of other collections and tenants', async () => {
    const mine = haven.tenant;
    const search = { paths: ['title'] };
    const others = [
      { 'x-test-tenant': mine, name: 'books' },
      { 'x-test-tenant': randomUUID(), name: 'films' },
    ];
    for (const { name, ...headers } of others) {
      await haven.rest('POST', '/collections', { name, search, indexes: ['year'] }, headers);
      const data = { title: 'Dune elsewhere', year: 2000, genre: 'Sci-Fi' };
      await haven.rest('POST', `/collections/${name}/records`, { data }, headers);
    }
    for (const sort of ['-$createdAt', '$score', 'year', 'title', 'other']) {
      const { body } = await query({ filter: { _search: 'elsewhere' }, sort, count: 'exact' });
      expect(body).toMatchObject({ items: [], total: 0 });
      expect(titles(await query({ filter: { _search: 'dune' }, sort }))).not.toContain('Dune elsewhere');
    }
    expect(await find('elsewhere', { year: 2000 })).toEqual([]);
    expect(await find('else*', { _not: { _search: 'film' } })).toEqual([]);
    expect((await post(`${FILMS}/delete`, { filter: { _search: 'elsewhere' } })).body.changed).toBe(0);
  });

  it('is counted, exported, and used to change records', async () => {
    const { body } = await query({ filter: { _search: 'dune' }, count: 'exact', limit: 1 });
    expect(body.total).toBe(4);
    const { body: some } = await query({ filter: { _search: 'dune', year: { _gte: 2000 } }, count: 'exact' });
    expect(some.total).toBe(2);
    expect((await query({ filter: { _search: 'dune' }, count: 'estimated' })).body.total).toEqual(expect.any(Number));
    const url = `${haven.url}/api/v1${FILMS}/export?filter=${encodeURIComponent('{"_search":"spice"}')}`;
    const lines = await (await fetch(url, { headers: await haven.as(haven.tenant) })).text();
    expect(
      lines
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).data.title)
        .toSorted(),
    ).toEqual(['Dune', 'Dune: Part Two']);
    const changed = await post(`${FILMS}/update`, { filter: { _search: 'spice' }, data: { body: 'melange' } });
    expect(changed.body.changed).toBe(2);
    expect([await find('spice'), await find('melange')]).toEqual([[], ['Dune', 'Dune: Part Two']]);
    expect((await post(`${FILMS}/delete`, { filter: { _search: 'melange' } })).body.changed).toBe(2);
    expect(await find('dune')).toEqual(['Desert Hearts', 'Jodorowsky’s Dune']);
  });

  it('is answered by the current declaration, never by one that the process has cached', async () => {
    expect(await find('spice')).toHaveLength(2); // caches the settings
    await haven.rest('PATCH', FILMS, { search: { paths: ['genre'] } });
    const during = await query({ filter: { _search: 'spice' }, count: 'exact' });
    expect(during.body.code ?? during.body.total).toSatisfy((one: unknown) => one === 'SEARCH_BUILDING' || one === 0);
    await searchReady(haven, 'films');
    await expect.poll(() => find('horror'), { timeout: 20_000 }).toEqual(['Alien']);
    expect(await find('spice')).toEqual([]);
    await haven.rest('PATCH', FILMS, { search: null });
    expect(await query({ filter: { _search: 'horror' }, sort: '$score' })).toMatchObject({
      status: 422,
      body: { code: 'FILTER_INVALID' },
    });
  });

  it('selects related records, but does not sort them', async () => {
    const text = { type: 'string' };
    const actor = { 'x-haven-ref': { collection: 'actors' } };
    await post('/collections', { name: 'actors', schema: { properties: { name: text } } });
    const schema = { properties: { actor, text } };
    await post('/collections', { name: 'reviews', schema, search: { paths: ['text'] } });
    const id = (await post('/collections/actors/records', { data: { name: 'Kaidanovsky' } })).body.id;
    for (const review of ['slow but great', 'great', 'slow'])
      await post('/collections/reviews/records', { data: { actor: id, text: review } });
    await searchReady(haven, 'reviews');
    const related = (args: string) =>
      haven.graphql(`{ actors { edges { node { reviewsByActor(${args}) { totalCount edges { node { text } } } } } } }`);
    const { body } = await related('where: {_search: "great"}');
    expect(body.data.actors.edges[0].node.reviewsByActor).toEqual({
      totalCount: 2,
      edges: [{ node: { text: 'great' } }, { node: { text: 'slow but great' } }],
    });
    const refused = await related('where: {_search: "great"}, orderBy: [{_score: DESC}]');
    expect(refused.body.errors[0]).toMatchObject({ extensions: { code: 'SORT_INVALID' } });
  });

  it('has cursors that are valid only for the same search', async () => {
    const { nextCursor: after } = (await query({ filter: { _search: 'dune' }, limit: 1 })).body;
    expect(await query({ filter: { _search: 'dune ' }, limit: 1, after })).toMatchObject({ status: 200 });
    for (const other of [{ filter: { _search: 'dunes' } }, { filter: { _search: 'dune' }, sort: '$score' }, {}])
      expect(await query({ ...other, after })).toMatchObject({ status: 400, body: { code: 'CURSOR_INVALID' } });
  });
});

describe('the sort $score', () => {
  it('lists the best matches first: those with the word in an earlier path, and more often', async () => {
    const { body } = await query({ filter: { _search: 'dune' }, sort: '$score' });
    expect(body.items.map(({ data }: any) => data.title).at(-1)).toBe('Desert Hearts');
    expect(body.truncated).toBe(false);
    const descending = await query({ filter: { _search: 'dune' }, sort: ['-$score'] });
    expect(descending.body.items).toEqual(body.items);
    const filtered = await query({ filter: { _search: 'dune', year: { _lt: 2000 } }, sort: '$score' });
    expect(filtered.body.items.map(({ data }: any) => data.title)).toEqual(['Dune', 'Desert Hearts']);
  });

  it('ranks by the terms that are not excluded', async () => {
    const { items } = (await query({ filter: { _search: 'dune' }, sort: '$score' })).body;
    for (const text of ['dune -nothing', '-"alien film" dune', 'dune -nothi*'])
      expect((await query({ filter: { _search: text }, sort: '$score' })).body.items).toEqual(items);
    const filtered = (await query({ filter: { _search: 'dune -nothing', year: { _gt: 0 } }, sort: '$score' })).body
      .items;
    expect(filtered).toEqual(items);
  });

  it('orders records with the same score by their ids, the newest first', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.push(await create('Ran'));
    const { items } = (await query({ filter: { _search: 'ran' }, sort: '$score' })).body;
    expect(items.map(({ id }: any) => id)).toEqual(ids.toReversed());
  });

  it('has no records and no cursors if nothing matches', async () => {
    const { body } = await query({ filter: { _search: 'nothing' }, sort: '$score', count: 'exact' });
    expect(body).toEqual({ items: [], nextCursor: null, previousCursor: null, total: 0, truncated: false });
  });

  it('is the same over GraphQL', async () => {
    const { items } = (await query({ filter: { _search: 'dune' }, sort: '$score' })).body;
    const { body } = await haven.graphql(
      'query ($filter: JSON) { records(collection: "films", filter: $filter, sort: ["$score"]) { truncated totalCount edges { node { id } } } }',
      { filter: { _search: 'dune' } },
    );
    expect(body.data.records).toEqual({
      truncated: false,
      totalCount: 4,
      edges: items.map(({ id }: any) => ({ node: { id } })),
    });
  });

  it.each([
    [{}, '$score'],
    [{ _not: { _search: 'dune' } }, '$score'],
    [{ _search: 'dune' }, '$score,year'],
  ])('is refused for the filter %j and the sort %s', async (filter, sort) => {
    expect(await query({ filter, sort })).toMatchObject({ status: 422, body: { code: 'SORT_INVALID' } });
  });
});

describe('a search is refused', () => {
  const refused = (detail: RegExp) => ({
    status: 422,
    body: { code: 'FILTER_INVALID', errors: [{ pointer: '/_search', detail: expect.stringMatching(detail) }] },
  });

  it('with asOf', async () => {
    const asOf = new Date().toISOString();
    expect(await query({ filter: { _search: 'dune' }, asOf })).toMatchObject(refused(/asOf/));
    const filter = encodeURIComponent('{"_search":"dune"}');
    const exported = await haven.rest('GET', `${FILMS}/export?asOf=${asOf}&filter=${filter}`);
    expect(exported).toMatchObject(refused(/asOf/));
  });

  it('in filters of changes and webhooks', async () => {
    const filter = encodeURIComponent('{"_search":"dune"}');
    expect(await haven.rest('GET', `/changes?filter=${filter}`)).toMatchObject(refused(/filters of changes/));
    const webhook = { url: 'https://example.com/', filter: { _search: 'dune' } };
    expect(await post('/webhooks', webhook)).toMatchObject({
      status: 422,
      body: { code: 'FILTER_INVALID', errors: [{ pointer: '/filter/_search' }] },
    });
  });

  it('if the collection declares none, and with 503 until the index is ready', async () => {
    await post('/collections', { name: 'other' });
    const search = () => post('/collections/other/query', { filter: { _search: 'dune' } });
    expect(await search()).toMatchObject(refused(/needs the setting `search` of the collection "other"/));
    expect(await post('/collections/other/delete', { filter: { _search: 'dune' } })).toMatchObject(refused(/search/));
    await haven.sql(
      `UPDATE haven.collections SET search = '{"id": 0, "paths": [["a"]], "language": "simple", "state": "building", "builtWith": 1}'
       WHERE tenant_id = $1 AND name = 'other'`,
      [haven.tenant],
    );
    const building = await search();
    expect(building).toMatchObject({ status: 503, body: { code: 'SEARCH_BUILDING' } });
    expect(building.headers.get('retry-after')).toBe('1');
  });
});
