import { ConflictError, createClient } from 'haven-records';
import type { HavenClient } from 'haven-records';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { openCuttingProxy } from '../support/cutting-proxy.js';
import type { CuttingProxy } from '../support/cutting-proxy.js';
import { startHaven } from '../support/haven.js';

interface Schema {
  movies: {
    record: { title: string; year?: number; director?: string; cast?: string[]; place?: { city?: string } };
    references: { director: 'people'; cast: 'people'[] };
    uniqueKeys: { title: string; 'title,year': [string, number] };
  };
  people: { record: { name: string; mentor?: string }; references: { mentor: 'people' } };
}

const haven = startHaven();
let proxy: CuttingProxy;
let client: HavenClient<Schema>;

beforeAll(async () => {
  proxy = await openCuttingProxy(haven.url);
});
afterAll(() => proxy.close());

beforeEach(async () => {
  proxy.requests = 0;
  client = createClient<Schema>({
    url: proxy.url,
    headers: { 'x-test-tenant': haven.tenant },
    retry: { minDelay: 1, maxDelay: 1_000 },
  });
  const person = { 'x-haven-ref': { collection: 'people' } };
  await haven.rest('PUT', '/collections/people', { schema: { properties: { mentor: person } } });
  await haven.rest('PUT', '/collections/movies', {
    schema: { properties: { director: person, cast: { type: 'array', items: person } } },
    indexes: [
      { path: 'title', unique: true },
      { paths: ['title', 'year'], unique: true },
    ],
  });
});

test('a record is created, read, changed, deleted and restored, with its versions', async () => {
  const movies = client.collection('movies');
  const created = await movies.create({ title: 'Alien', year: 1979, place: { city: 'LV-426' } });
  expect(created).toMatchObject({ collection: 'movies', version: 1, data: { title: 'Alien' } });
  const updated = await movies.update(created, { year: null, place: { city: 'Nostromo' } });
  expect(updated).toMatchObject({ version: 2, data: { title: 'Alien', place: { city: 'Nostromo' } } });
  expect(updated.data).not.toHaveProperty('year');
  const replaced = await movies.replace(updated, { title: 'Aliens', year: 1986 });
  await movies.delete(replaced);
  await expect(movies.get(created.id)).rejects.toMatchObject({ code: 'NOT_FOUND', status: 404 });
  const restored = await movies.restore(created.id, 1);
  expect(restored).toMatchObject({ version: 5, data: created.data });
  expect(await movies.get(created.id, { fields: 'place.city' })).toMatchObject({ data: { place: { city: 'LV-426' } } });
  const versions = await movies.history(created.id, { limit: 2 }).toArray();
  expect(versions.map(({ version, data }) => [version, data?.title])).toEqual([
    [5, 'Alien'],
    [4, undefined],
    [3, 'Aliens'],
    [2, 'Alien'],
    [1, 'Alien'],
  ]);
});

test('groups are counted and computed, with the types of their names', async () => {
  const movies = client.collection('movies');
  for (const [title, year] of [
    ['Alien', 1979],
    ['Amélie', 2001],
    ['Heat', 1995],
    ['Untitled', undefined],
  ] as const)
    await movies.create({ title, ...(year !== undefined && { year }) });
  const { groups, truncated } = await movies.aggregate({
    where: { title: { _ne: 'Heat' } },
    groupBy: ['year', { path: '$createdAt', bucket: 'year', name: 'created' }],
    compute: { n: 'count', longest: { max: 'title' }, mean: { avg: 'year' } },
    having: { n: { _gte: 1 }, mean: { _isNull: false } },
    orderBy: ['-year', 'n'],
    limit: 1,
  });
  const [first] = groups;
  const typed: [number | null, string | null, number, number | string | null, number | null] | undefined = first && [
    first.key.year,
    first.key.created,
    first.values.n,
    first.values.longest,
    first.values.mean,
  ];
  expect(typed).toEqual([2001, expect.stringMatching(/^\d{4}-01-01T00:00:00Z$/), 1, 'Amélie', 2001]);
  expect([groups.length, truncated]).toEqual([1, true]);
  await expect(movies.aggregate({})).rejects.toMatchObject({ code: 'AGGREGATE_INVALID', status: 422 });
});

test('a list is filtered, sorted, counted and expanded, page by page', async () => {
  const people = client.collection('people');
  const ada = await people.create({ name: 'Ada' });
  const ben = await people.create({ name: 'Ben', mentor: ada.id });
  const movies = client.collection('movies');
  for (let year = 1990; year < 1995; year += 1)
    await movies.create({ title: `Part ${year}`, year, director: ben.id, cast: [ada.id, ben.id] });
  const list = movies.list({
    where: {
      year: { _gt: 1990 },
      title: { _ilike: 'part%' },
      director: ben.id,
      cast: { _some: { _eq: ada.id }, _size: { _gt: 1 } },
    },
    orderBy: ['-year', { path: 'title', caseless: true }],
    expand: ['director.mentor', 'cast'],
    fields: ['year'],
    count: 'exact',
    limit: 3,
  });
  const page = await list;
  expect(page.total).toBe(4);
  expect(page.items.map(({ data }) => data)).toEqual([{ year: 1994 }, { year: 1993 }, { year: 1992 }]);
  expect(page.items[0]?.expanded.director?.expanded.mentor?.data.name).toBe('Ada');
  expect(page.items[0]?.expanded.cast.map(({ data }) => data.name)).toEqual(['Ada', 'Ben']);
  const years = [];
  for await (const { data } of list) years.push(data.year);
  expect(years).toEqual([1994, 1993, 1992, 1991]);
  const rest = await movies.list({
    limit: 3,
    orderBy: 'year',
    after: (await movies.list({ limit: 3, orderBy: 'year' })).nextCursor!,
  });
  expect(rest.items.map(({ data }) => data.year)).toEqual([1993, 1994]);
});

test('a record is read and upserted by a unique value, whatever its type', async () => {
  const movies = client.collection('movies');
  const title = 'a/b,c?"d" é';
  const created = await movies.upsertBy('title,year', [title, 7], { place: { city: 'Oslo' } });
  expect(created).toMatchObject({ version: 1, data: { title, year: 7 } });
  expect(await movies.getBy('title', title)).toMatchObject({ id: created.id });
  const replaced = await movies.upsertBy('title', title, { year: 8 }, { ifVersion: 1 });
  expect(replaced).toMatchObject({ id: created.id, version: 2, data: { title, year: 8 } });
  await expect(movies.upsertBy('title', title, {}, { ifAbsent: true })).rejects.toMatchObject({
    name: 'ConflictError',
    current: replaced,
  });
});

test('a conflict has the current record', async () => {
  const movies = client.collection('movies');
  const read = await movies.create({ title: 'Heat' });
  const changed = await movies.update(read, { year: 1995 });
  const changes = [
    () => movies.update(read, { year: 2000 }),
    () => movies.replace(read, { title: 'Cold' }),
    () => movies.delete(read),
    () => movies.restore(read, 1),
    () => client.batch([{ op: 'patch', collection: 'movies', id: read.id, data: {}, expectedVersion: 1 }]),
  ];
  for (const change of changes) {
    const error = await change().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConflictError);
    expect(error).toMatchObject({ code: 'VERSION_CONFLICT', status: 412, current: changed });
  }
  await movies.delete(changed);
  await expect(movies.update(changed, {})).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('a dry run of every change reports it and changes nothing', async () => {
  const movies = client.collection('movies');
  const movie = await movies.create({ title: 'Heat', year: 1995 });
  const dryRun = true;
  const runs = [
    await movies.create({ title: 'New' }, { dryRun }),
    await movies.update(movie, { year: 1 }, { dryRun }),
    await movies.replace(movie, { title: 'Cold' }, { dryRun }),
    await movies.delete(movie, { dryRun }),
    await movies.restore(movie, 1, { dryRun }),
    await movies.upsertBy('title', 'Heat', {}, { dryRun }),
    await client.batch([{ op: 'delete', collection: 'movies', id: movie.id }], { dryRun }),
  ];
  expect(runs.map((run) => run.dryRun.changes.map(({ type }) => type.replace('record.', '')).join())).toEqual([
    ...['created', 'updated', 'updated', 'deleted', 'restored', 'updated', 'deleted'],
  ]);
  expect((await movies.list()).items).toEqual([movie]);
});

test('a batch changes several collections, or none', async () => {
  const { results } = await client.batch([
    { op: 'create', collection: 'people', data: { name: 'Ada' }, label: 'ada' },
    { op: 'patch', collection: 'people', id: { $ref: 'ada' }, data: { name: 'Ada L.' } },
    { op: 'create', collection: 'movies', data: { title: 'Enigma' } },
  ]);
  expect(results.map(({ status, version, label }) => [status, version, label])).toEqual([
    [201, 1, 'ada'],
    [200, 2, null],
    [201, 1, null],
  ]);
  const failing = client.batch([
    { op: 'create', collection: 'people', data: { name: 'Ben' } },
    { op: 'create', collection: 'movies', data: { title: 'Enigma' } },
  ]);
  await expect(failing).rejects.toMatchObject({
    code: 'UNIQUE_VIOLATION',
    problem: { index: 1, uniqueIndex: 'title' },
  });
  expect((await client.collection('people').list()).items).toHaveLength(1);
});

test('a change whose response is lost is executed once', async () => {
  const movies = client.collection('movies');
  proxy.lose = 2;
  const movie = await movies.create({ title: 'Heat' });
  proxy.lose = 1;
  const updated = await movies.update(movie, { year: 1995 }); // no conflict with itself
  expect(updated).toMatchObject({ version: 2, data: { year: 1995 } });
  proxy.lose = 1;
  await client.batch([{ op: 'create', collection: 'movies', data: { title: 'Alien' } }]);
  proxy.lose = 1;
  const mutation = 'mutation { createRecord(collection: "movies", data: { title: "Ran" }) { version } }';
  expect(await client.graphql(mutation)).toEqual({ createRecord: { version: 1 } });
  proxy.lose = 1;
  await movies.delete(updated);
  expect(proxy.requests).toBe(2 + 1 + 4 * 2);
  expect((await movies.list({ orderBy: 'title' })).items.map(({ data }) => data.title)).toEqual(['Alien', 'Ran']);
  expect(await movies.history(movie.id).toArray()).toHaveLength(3);
});

test('the feed misses and repeats nothing, however often its connection is cut', async () => {
  const movies = client.collection('movies');
  const seen: string[] = [];
  const count = 60;
  let written = 0;
  const abort = new AbortController();
  const write = async (): Promise<void> => {
    for (; written < count; written += 1) await movies.create({ title: `${written}` });
  };
  let writing: Promise<void> | undefined;
  const start = await client.changesPage();
  const feed = client.changes({ collection: 'movies', after: start.nextCursor, signal: abort.signal });
  writing = write();
  for await (const { record } of feed) {
    seen.push(record?.data.title ?? '');
    if (seen.length === count) break;
    if (seen.length % 10 === 0) proxy.cut();
  }
  await writing;
  expect(seen).toEqual(Array.from({ length: count }, (_, n) => `${n}`));
  const copy = await movies.list({ asOf: feed.cursor!, count: 'exact', limit: 1 });
  expect(copy.total).toBe(count);
});

test('the feed of a filter reports its positions, and which records enter and leave', async () => {
  const movies = client.collection('movies');
  const positions: string[] = [];
  const feed = client.changes({
    collection: 'movies',
    where: { year: { _gte: 2000 } },
    onPosition: (at) => positions.push(at),
  });
  const changes = feed[Symbol.asyncIterator]();
  const first = changes.next();
  await expect.poll(() => positions).toHaveLength(1);
  const movie = await movies.create({ title: 'Ran', year: 1985 });
  const entered = await movies.update(movie, { year: 2000 });
  await movies.update(entered, { year: 1985 });
  expect(await first).toMatchObject({ value: { effect: 'entered', recordId: movie.id, record: entered } });
  expect(await changes.next()).toMatchObject({ value: { effect: 'left', version: 3, collection: 'movies' } });
  await changes.return?.();
});

test('an expired cursor ends the feed', async () => {
  const feed = client.changes({ after: 'not-a-cursor' })[Symbol.asyncIterator]();
  await expect(feed.next()).rejects.toMatchObject({ code: 'CURSOR_INVALID', status: 400 });
});

test('an aborted feed and an aborted request end at once', async () => {
  const abort = new AbortController();
  const feed = client.changes({ signal: abort.signal, onPosition: () => abort.abort() })[Symbol.asyncIterator]();
  await expect(feed.next()).rejects.toMatchObject({ name: 'AbortError' });
  await expect(client.collection('movies').list({ signal: abort.signal })).rejects.toMatchObject({
    name: 'AbortError',
  });
});

test('numbers, dates and odd members come back as they were sent', async () => {
  const data = JSON.parse(
    '{"big":9007199254740993.5e0,"small":5e-324,"at":"2026-11-29T09:30:00+01:00","__proto__x":1,"é ":[null,{"":0.1}]}',
  ) as Record<string, unknown>;
  const anything = createClient({ url: haven.url, headers: { 'x-test-tenant': haven.tenant } }).collection('people');
  const { id } = await anything.create(data);
  expect(JSON.stringify((await anything.get(id)).data['é '])).toBe('[null,{"":0.1}]');
  expect((await anything.get(id)).data).toEqual(data);
});
