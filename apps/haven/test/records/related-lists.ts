import { randomUUID } from 'node:crypto';

import { expect, vi } from 'vitest';

import { Access, HavenError } from '@haven/kernel';
import type { Caller, JsonObject, PageRequest, Slice } from '@haven/kernel';
import { printPath } from '@haven/query';
import { RelatedRecordsService } from '@haven/records';
import type { RecordView, RelatedPageOptions, RelatingMember } from '@haven/records';

import type { Haven } from '../support/haven.js';

export const DIRECTOR: RelatingMember = { collection: 'films', path: ['director'], isList: false };
export const CAST: RelatingMember = { collection: 'films', path: ['cast'], isList: true };
export const OWNER: RelatingMember = { collection: 'films', path: ['studio', 'owner'], isList: false };
export const MEMBERS = [DIRECTOR, CAST, OWNER];

/** Members with an index of their own besides those of the references. */
const INDEXES = ['year', { paths: ['director', '-year'] }, { paths: ['director', '$updatedAt'] }];

/** Filters, and sorts, of which some have an index, some an index together with the reference, and some none. */
const FILTERS: (JsonObject | undefined)[] = [
  undefined,
  {},
  { year: { _gte: 2005 } },
  { year: 2003 },
  { year: { _in: [2001, 2009] } },
  { title: { _like: '%7%' } },
  { code: 3 },
  { year: { _gte: 2002, _lt: 2008 }, title: { _ilike: '%1%' } },
  { _or: [{ code: 1 }, { year: 2004 }] },
  { _and: [{ year: { _gt: 2001 } }, { code: { _lt: 40 } }] },
  { director: { _exists: true } },
  { $version: { _gt: 1 } },
];
const SORTS = [
  undefined,
  '$id',
  '-$id',
  '$createdAt',
  '-year',
  'year,title',
  'title',
  '-code,$updatedAt',
  '$updatedAt',
];

export interface Related {
  readonly people: readonly string[];
  readonly moments: readonly string[];
}

export function callerOf({ tenant }: Haven): Caller {
  return { tenantId: tenant, actor: 'tester', traceId: '', access: Access.full };
}

/** Creates people, and films that refer to them: to the first ones very often, to the last one never. */
export async function createFilms(haven: Haven, count: number, random: () => number): Promise<Related> {
  const reference = { 'x-haven-ref': { collection: 'people' } };
  const properties = { director: reference, cast: { items: reference }, studio: { properties: { owner: reference } } };
  await created(haven, '/collections', { name: 'people', schema: { properties: { name: { type: 'string' } } } });
  await created(haven, '/collections', { name: 'films', schema: { properties }, indexes: INDEXES });
  const people = Array.from({ length: 8 }, () => randomUUID());
  await load(
    haven,
    'people',
    people.map((id) => ({ id, data: { name: id } })),
  );
  const person = () => people[Math.floor(7 * random() ** 3)] ?? null;
  const film = (): JsonObject => ({
    title: `Film ${Math.floor(random() * 50)}`,
    year: 2000 + Math.floor(random() * 10),
    ...(random() < 0.9 && { code: Math.floor(random() ** 2 * 60) }),
    // Also values of the other kind, and none.
    ...(random() < 0.9 && { director: random() < 0.05 ? [person()] : random() < 0.05 ? null : person() }),
    ...(random() < 0.9 && { cast: random() < 0.05 ? person() : Array.from({ length: 4 * random() }, person) }),
    ...(random() < 0.9 && { studio: random() < 0.1 ? {} : { owner: person() } }),
  });
  const films = Array.from({ length: count }, () => ({ id: randomUUID(), data: film() }));
  await load(haven, 'films', films.slice(0, 0.9 * count));
  const moments = [await now(haven)];
  const operations = films.slice(0, Math.min(200, count / 2)).map(({ id }) => {
    if (random() < 0.2) return { op: 'delete', collection: 'films', id };
    return { op: 'replace', collection: 'films', id, data: film() };
  });
  await created(haven, '/batch', { operations }, 200);
  moments.push(await now(haven));
  await load(haven, 'films', films.slice(0.9 * count));
  await vi.waitFor(async () => {
    const { indexes, references } = (await haven.rest('GET', '/collections/films')).body;
    for (const { state } of [...indexes, ...references]) expect(state).toBe('ready');
  });
  return { people, moments };
}

async function created(haven: Haven, path: string, body: object, status = 201): Promise<void> {
  const response = await haven.rest('POST', path, body);
  expect(response.status, JSON.stringify(response.body)).toBe(status);
}

async function load(haven: Haven, collection: string, records: object[]): Promise<void> {
  const lines = records.map((record) => JSON.stringify(record)).join('\n');
  const { body } = await haven.rest('POST', `/collections/${collection}/import?shape=record`, lines, {
    'content-type': 'application/x-ndjson',
  });
  expect(body).toMatchObject({ imported: records.length, failed: 0 });
}

/** Returns a time after all writes so far and before all later ones. */
async function now(haven: Haven): Promise<string> {
  const read = async () =>
    (await haven.sql<{ now: Date }>('SELECT clock_timestamp()::timestamptz(3) AS now'))[0]?.now ?? new Date(0);
  const time = await read();
  await vi.waitFor(async () => expect((await read()).getTime()).toBeGreaterThan(time.getTime() + 1), { interval: 1 });
  return new Date(time.getTime() + 1).toISOString();
}

/** A page of either API in one form. */
interface Page {
  readonly ids: readonly string[];
  readonly cursors: readonly string[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly totalCount: number;
}

/** Returns the page of the list of the collection whose filter has the reference as a further member. */
export async function listed(
  haven: Haven,
  { path, isList }: RelatingMember,
  id: string,
  page: PageRequest,
  { filter, sort, asOf }: RelatedPageOptions,
): Promise<Page> {
  const isBackwards = page.from === 'end' || (page.before !== undefined && page.after === undefined);
  const reference = { [printPath(path)]: isList ? { _contains: id } : id };
  const isTaken = Object.hasOwn((filter ?? {}) as JsonObject, printPath(path));
  const { body } = await haven.graphql(
    `query($filter: JSON, $sort: [String!], $asOf: String, $first: Int, $last: Int, $after: String, $before: String) {
      records(
        collection: "films", filter: $filter, sort: $sort, asOf: $asOf, first: $first, last: $last, after: $after, before: $before
      ) {
        edges { cursor node { id version data } } pageInfo { hasNextPage hasPreviousPage } totalCount
      }
    }`,
    {
      filter: isTaken ? { _and: [filter, reference] } : { ...(filter as JsonObject), ...reference },
      sort: typeof sort === 'string' ? sort.split(',') : undefined,
      asOf,
      after: page.after,
      before: page.before,
      [isBackwards ? 'last' : 'first']: page.limit,
    },
  );
  expect(body.errors).toBeUndefined();
  const { edges, pageInfo, totalCount } = body.data.records;
  return {
    ids: edges.map(({ node }: any) => JSON.stringify([node.id, node.version, node.data])),
    cursors: edges.map(({ cursor }: any) => cursor),
    ...pageInfo,
    totalCount,
  };
}

/** Returns the same of a slice. */
export async function pageOf(slice: Slice<RecordView> | HavenError | undefined): Promise<Page> {
  if (!slice || slice instanceof HavenError) throw slice ?? new Error('No slice.');
  return {
    ids: slice.items.map(({ id, version, data }) => JSON.stringify([id, version, JSON.parse(JSON.stringify(data))])),
    cursors: slice.items.map((_, index) => slice.cursorAt(index)),
    hasNextPage: slice.hasNext,
    hasPreviousPage: slice.hasPrevious,
    totalCount: await slice.count(),
  };
}

/** Compares the pages of random queries with those of the list of the collection. */
export async function comparePages(haven: Haven, related: Related, random: () => number): Promise<void> {
  const service = haven.app.get(RelatedRecordsService, { strict: false });
  const caller = callerOf(haven);
  const one = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
  const member = one(MEMBERS);
  const asOf = one([undefined, undefined, ...related.moments]);
  const [person = ''] = related.people;
  const references: JsonObject[] = [
    { director: person },
    { cast: { _contains: person } },
    { 'studio.owner': { _ne: person } },
  ];
  const options = { filter: one([...FILTERS, ...references]), sort: one(SORTS), asOf };
  const page: PageRequest = { limit: one([1, 2, 3, 7, 30]), ...(random() < 0.3 && { from: 'end' as const }) };
  const because = JSON.stringify({ member, options, page });
  const slices = await service.pages(caller, member, related.people, page, options);
  for (const [place, id] of related.people.entries()) {
    const expected = await listed(haven, member, id, page, options);
    expect(await pageOf(slices[place]), because).toEqual(expected);
    const cursor = one(expected.cursors);
    if (cursor === undefined || random() < 0.7) continue;
    const beside = { ...page, [one(['after', 'before'])]: cursor };
    const [other, own] = await service.pages(caller, member, [randomUUID(), id], beside, options);
    expect(other, because).toMatchObject({ code: 'CURSOR_INVALID' });
    expect(await pageOf(own), because).toEqual(await listed(haven, member, id, beside, options));
  }
}
