import { randomUUID } from 'node:crypto';

import { beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { Access } from '@haven/kernel';
import type { JsonObject } from '@haven/kernel';
import { parseFilter, parseSort } from '@haven/query';
import { RelatedRecordsService } from '@haven/records';

import { RelatedRecords } from '../../../../libs/records/src/domain/related-records.js';
import { startHaven } from '../support/haven.js';
import { randomFrom } from '../support/random.js';
import { statementsOf } from '../support/statements.js';
import { callerOf, CAST, comparePages, createFilms, DIRECTOR, listed, MEMBERS, pageOf } from './related-lists.js';
import type { Related } from './related-lists.js';

const haven = startHaven(['limits.expandedRecords=300', 'limits.expandedBytes=64KiB', 'limits.graphqlCost=100000']);
const seed = Date.now() % 1_000_000;
const tenant = randomUUID();
const limits = { filterDepth: 10, filterOperators: 100, inLength: 500, patternLength: 256, sortFields: 5 };

let related: Related;
let service: RelatedRecordsService;

beforeAll(async () => {
  haven.tenant = tenant;
  related = await createFilms(haven, 160, randomFrom(seed));
  service = haven.app.get(RelatedRecordsService, { strict: false });
});
beforeEach(() => {
  haven.tenant = tenant;
});

/** Returns the number of statements on records. */
async function statements(work: () => Promise<unknown>): Promise<number> {
  return (await statementsOf(work)).filter(({ text }) => /haven\.(live_records|live_entries|events)/.test(text)).length;
}

describe('pages of referring records', () => {
  it('equal those of the list with the reference in its filter', async () => {
    const random = randomFrom(seed + 1);
    for (let run = 0; run < 5; run++) await comparePages(haven, related, random);
  });

  it('equal those of the list if the filter has a condition on the reference too', async () => {
    const [person = '', other = ''] = related.people;
    for (const [member, filter] of [
      [DIRECTOR, { director: person }],
      [CAST, { cast: { _contains: person } }],
    ] as const) {
      const slices = await service.pages(callerOf(haven), member, [person, other], { limit: 5 }, { filter });
      for (const [place, id] of [person, other].entries())
        expect(await pageOf(slices[place])).toEqual(await listed(haven, member, id, { limit: 5 }, { filter }));
    }
  });

  it('are read with one statement, and counted with another one', async () => {
    const caller = callerOf(haven);
    for (const [member, options] of MEMBERS.flatMap((member) =>
      [{}, { filter: { code: { _lt: 20 } }, sort: '-year' }, { asOf: related.moments[0] }].map(
        (options) => [member, options] as const,
      ),
    )) {
      const page = { limit: 3 };
      expect(await statements(() => service.pages(caller, member, related.people, page, options))).toBe(1);
      const slices = await service.pages(caller, member, related.people, page, options);
      const count = () => Promise.all(slices.map(async (slice) => (slice instanceof Error ? 0 : slice.count())));
      expect(await statements(count)).toBe(1);
      expect(await statements(count)).toBe(0);
      const backwards = () => service.pages(caller, member, related.people, { limit: 2, from: 'end' }, options);
      expect(await statements(backwards)).toBe(1);
    }
  });

  it('are the same while the index of the reference is being built', async () => {
    const reader = haven.app.get(RelatedRecords, { strict: false });
    const [{ id }] = await haven.sql("SELECT id FROM haven.collections WHERE tenant_id = $1 AND name = 'films'", [
      tenant,
    ]);
    const caller = callerOf(haven);
    const random = randomFrom(seed + 2);
    const filters: JsonObject[] = [{}, { code: { _lt: 30 } }, { year: 2003, code: { _gt: 1 } }];
    for (const member of MEMBERS) {
      for (const filter of filters) {
        const moment = random() < 0.3 ? { time: related.moments[0] ?? '' } : undefined;
        const query = {
          ...{ member, moment, limit: 5, maxBytes: 1e6, indexes: [] },
          ...{ filter: parseFilter(filter, limits), sort: parseSort('-year', limits) },
        };
        const { records } = await reader.find(caller, id, related.people, query);
        const options = { filter, sort: '-year', asOf: moment?.time };
        const slices = await service.pages(caller, member, related.people, { limit: 5 }, options);
        const pages = await Promise.all(slices.map(pageOf));
        expect(records.map((all) => all.map((record) => record.id))).toEqual(
          pages.map(({ ids }) => ids.map((one) => JSON.parse(one)[0])),
        );
        expect(await reader.count(caller, id, related.people, query)).toEqual(
          pages.map(({ totalCount }) => totalCount),
        );
      }
    }
  });

  it('refuse what the list refuses', async () => {
    const caller = callerOf(haven);
    const [person = ''] = related.people;
    const pages = (page: object, options: object, member = DIRECTOR) =>
      service.pages(caller, member, [person], page, options);
    await expect(pages({ limit: 501 }, {})).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    await expect(pages({}, { filter: { year: { _no: 1 } } })).rejects.toMatchObject({ code: 'FILTER_INVALID' });
    await expect(pages({}, { sort: 'year,year' })).rejects.toMatchObject({ code: 'SORT_INVALID' });
    await expect(pages({}, { asOf: 'x' })).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
    await expect(pages({}, {}, { ...DIRECTOR, collection: 'nothing' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const { cursors } = await listed(haven, DIRECTOR, person, { limit: 1 }, {});
    expect(await pages({ after: cursors[0] }, { filter: { year: 2003 } })).toMatchObject([{ code: 'CURSOR_INVALID' }]);
  });

  it('have at most as many records, and bytes, as a response may have', async () => {
    const caller = callerOf(haven);
    const budget = service.budget();
    const read = (limit: number, use = budget) =>
      service.pages(caller, CAST, related.people, { limit }, { budget: use });
    const records = (await read(10)).map((slice) => (slice instanceof Error ? 0 : slice.items.length));
    budget.addRecords(300 - 2 * records.reduce((sum, one) => sum + one, 0));
    await read(10);
    await expect(read(1)).rejects.toThrow('limits.expandedRecords');
    const bytes = service.budget();
    bytes.addBytes(bytes.remainingBytes - 100);
    await expect(read(1, bytes)).rejects.toThrow('limits.expandedBytes');
  });
});

it('are what a typed document selects, whose cost is the product of its page sizes', async () => {
  const document = `{
    people(first: 4, orderBy: { _id: ASC }) {
      edges { node { _id filmsByDirector(first: 3) { totalCount edges { cursor node { _id director { name } } } } } }
    }
  }`;
  let response: any;
  const sent = await statements(async () => {
    response = await haven.graphql(document, {}, { 'graphql-cost': '1' });
  });
  expect(response.body.errors).toBeUndefined();
  expect(sent).toBe(4); // people, films, their counts, directors
  // A page counts itself and its items, each director 1, and each count 10.
  expect(response.body.extensions.cost.value).toBe(1 + 4 + 4 * (1 + 3 + 3 + 10));
  for (const { node } of response.body.data.people.edges) {
    const { cursors, totalCount } = await listed(haven, DIRECTOR, node._id, { limit: 3 }, {});
    const { edges } = node.filmsByDirector;
    expect(edges.map(({ cursor }: { cursor: string }) => cursor)).toEqual(cursors);
    expect(node.filmsByDirector.totalCount).toBe(totalCount);
    for (const edge of edges) expect(edge.node.director.name).toBe(node._id);
  }
  const nested = 'films(first: 100) { edges { node { director { filmsByDirector(first: 500) { totalCount } } } } }';
  expect(
    (
      await haven.graphql(
        `{ ${nested} ${nested.replace('films', 'more: films')} ${nested.replace('films', 'most: films')} }`,
      )
    ).body,
  ).toMatchObject({
    errors: [{ extensions: { code: 'GRAPHQL_LIMIT_EXCEEDED' } }],
  });
});

describe('records by their ids', () => {
  it('are in the order of the ids, with null for those that cannot be read', async () => {
    const caller = callerOf(haven);
    const [one = '', other = ''] = related.people;
    const names = async (ids: string[], options: object = {}, collection = 'people') =>
      (await service.byIds(caller, collection, ids, options)).map((view) => view?.id ?? null);
    expect(await statements(() => names([other, one, other]))).toBe(1);
    expect(await names([other, one.toUpperCase(), randomUUID(), 'x', one, other])).toEqual([
      other,
      null,
      null,
      null,
      one,
      other,
    ]);
    expect(await names([one], { asOf: related.moments[0] })).toEqual([one]);
    expect(await names([one], { asOf: '2020-01-01T00:00:00Z' })).toEqual([null]);
    expect(await names([one], {}, 'nothing')).toEqual([null]);
    expect(await names([])).toEqual([]);
  });
});

it('does not read collections that the caller may not read', async () => {
  const [person = ''] = related.people;
  const caller = { ...callerOf(haven), access: new Access(new Set(['records:read'] as const), new Set(['others'])) };
  const pages = () => service.pages(caller, DIRECTOR, [person], {});
  await expect(pages()).rejects.toMatchObject({ code: 'FORBIDDEN' });
  expect(await service.byIds(caller, 'people', [person])).toEqual([null]);
  expect(await statements(() => service.byIds(caller, 'people', [person]))).toBe(0);
});
