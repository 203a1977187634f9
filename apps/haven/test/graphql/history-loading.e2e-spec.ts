import { beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';
import { statementsOf } from '../support/statements.js';

const haven = startHaven(['limits.graphqlCost=200000']);

const RECORDS = 500;
const VERSION = 'version type actor at createdAt traceId cause data patch';
const HISTORY = `edges { cursor node { ${VERSION} } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount`;

let tenant: string;
let ids: string[];

/** Creates films with one to four versions, the last of which can be a deletion and a restoration. */
async function createFilms(): Promise<void> {
  await haven.rest('POST', '/collections', { name: 'films' });
  const lines = Array.from({ length: RECORDS }, (_, n) => JSON.stringify({ n, note: 'new' }));
  await haven.rest('POST', '/collections/films/import', lines.join('\n'), { 'content-type': 'application/x-ndjson' });
  const { body } = await haven.rest('GET', '/collections/films/records?limit=500&sort=n');
  ids = body.items.map(({ id }: { id: string }) => id);
  const operations = ids.flatMap((id, n) =>
    Array.from({ length: n % 4 }, (_, change) => ({ op: 'patch', collection: 'films', id, data: { change } })),
  );
  const deletions = ids.slice(0, 20).flatMap((id) => [
    { op: 'delete', collection: 'films', id },
    { op: 'restore', collection: 'films', id, version: 1 },
  ]);
  expect((await haven.rest('POST', '/batch', { operations })).status).toBe(200);
  expect((await haven.rest('POST', '/batch', { operations: deletions })).status).toBe(200);
}

/** Returns the response to a document, and the statements on records and their versions that it caused. */
async function run(query: string, variables: Record<string, unknown> = {}) {
  let data: any;
  let errors: any[] = [];
  const sent = await statementsOf(async () => {
    ({ data, errors = [] } = (await haven.graphql(query, variables)).body);
  });
  const reads = sent.filter(({ text }) => /haven\.(live_records|events)/.test(text)); // not those of cached settings
  return { data, errors, statements: reads.length };
}

/** Returns the history of each record as `recordHistory` does, with the same page arguments. */
async function oneByOne(wanted: readonly string[], page: string): Promise<unknown[]> {
  const found: unknown[] = [];
  for (let start = 0; start < wanted.length; start += 20) {
    const fields = wanted
      .slice(start, start + 20)
      .map((id, index) => `h${index}: recordHistory(collection: "films", id: "${id}", ${page}) { ${HISTORY} }`);
    found.push(...Object.values((await haven.graphql(`{ ${fields.join(' ')} }`)).body.data));
  }
  return found;
}

beforeAll(async () => {
  tenant = '0190a000-0000-7000-8000-00000000c001';
  haven.tenant = tenant;
  await createFilms();
});

beforeEach(() => {
  haven.tenant = tenant; // the tests only read
});

const films = (first: number, selection: string) =>
  `{ records(collection: "films", first: ${first}, sort: ["n"]) { edges { node { id ${selection} } } } }`;

describe('the history of the records of a page', () => {
  it.each([100, RECORDS])('takes one statement for %i records', async (count) => {
    const { data, errors, statements } = await run(films(count, `history(first: 3) { ${HISTORY} }`));
    expect(errors).toEqual([]);
    expect(statements).toBe(2);
    const nodes = data.records.edges.map(({ node }: any) => node);
    expect(nodes).toHaveLength(count);
    const sample = nodes.slice(0, 60);
    expect(sample.map(({ history }: any) => history)).toEqual(
      await oneByOne(
        sample.map(({ id }: any) => id),
        'first: 3',
      ),
    );
  });

  it('takes one statement with each kind of page, and a second one for the patches before a cursor', async () => {
    const cursors = (await run(films(1, 'history(first: 9) { edges { cursor } }'))).data.records.edges[0].node.history;
    const cursor = cursors.edges[1].cursor;
    for (const [page, expected] of [
      ['first: 1', 2],
      ['first: 0', 2],
      ['last: 2', 2],
      [`first: 2, after: "${cursor}"`, 2],
      [`last: 2, after: "${cursor}"`, 2],
      [`last: 2, before: "${cursor}"`, 3],
    ] as const) {
      const { data, statements, errors } = await run(
        `{ films: records(collection: "films", first: 1, sort: ["n"]) { edges { node { id history(${page}) { ${HISTORY} } } } } }`,
      );
      expect([page, errors, statements]).toEqual([page, [], expected]);
      const [{ node }] = data.films.edges;
      expect([page, node.history]).toEqual([page, (await oneByOne([node.id], page))[0]]);
    }
  });

  it('of several fields is read together: one statement for each direction', async () => {
    const { data, errors, statements } = await run(
      films(
        100,
        `a: history(first: 1) { ${HISTORY} } b: history(first: 2) { ${HISTORY} } c: history(last: 1) { ${HISTORY} }`,
      ),
    );
    expect(errors).toEqual([]);
    expect(statements).toBe(3);
    const nodes = data.records.edges.map(({ node }: any) => node).slice(0, 20);
    for (const [name, page] of [
      ['a', 'first: 1'],
      ['b', 'first: 2'],
      ['c', 'last: 1'],
    ] as const)
      expect(nodes.map((node: any) => node[name])).toEqual(
        await oneByOne(
          nodes.map(({ id }: any) => id),
          page,
        ),
      );
  });

  it('takes one statement for each page of records in a document', async () => {
    const { errors, statements } = await run(
      `{ one: records(collection: "films", first: 50) { edges { node { history { edges { node { version } } } } } }
         two: records(collection: "films", last: 50) { edges { node { history { edges { node { version } } } } } } }`,
    );
    expect(errors).toEqual([]);
    expect(statements).toBeLessThanOrEqual(4);
  });

  it('reports an error for its parent only', async () => {
    const { data, errors } = await run(
      `{ films: records(collection: "films", first: 3, sort: ["n"]) { edges { node { id history(first: 1, after: "x") { totalCount } } } }
         good: records(collection: "films", first: 3, sort: ["n"]) { edges { node { id history(first: 1) { totalCount } } } } }`,
    );
    expect(data.good.edges.map(({ node }: any) => node.history.totalCount)).toEqual([3, 4, 5]);
    expect(errors.map(({ path, extensions: { code } }) => [path[0], code])).toEqual([['films', 'CURSOR_INVALID']]);
  });
});

it('the history after each mutation of a document contains its change', async () => {
  haven.tenant = '0190a000-0000-7000-8000-00000000c002';
  await haven.rest('POST', '/collections', { name: 'films' });
  const { id } = (await haven.rest('POST', '/collections/films/records', { data: { n: 1 } })).body;
  const change = (n: number) =>
    `m${n}: patchRecord(collection: "films", id: "${id}", data: { n: ${n} }) { history(first: 1) { totalCount edges { node { version data } } } }`;
  const { data } = (await haven.graphql(`mutation { ${change(2)} ${change(3)} ${change(4)} }`)).body;
  for (const n of [2, 3, 4])
    expect(data[`m${n}`].history).toEqual({ totalCount: n, edges: [{ node: { version: n, data: { n } } }] });
});
