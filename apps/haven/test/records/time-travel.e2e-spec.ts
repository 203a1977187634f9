import { randomUUID } from 'node:crypto';

import { beforeEach, describe, expect, it, vi } from 'vitest';

import { FeedCursors } from '@haven/events';
import { Access } from '@haven/kernel';
import { matchesFilter, parseFilter, parseSort } from '@haven/query';

import { compareRecords } from '../../../../libs/query/src/evaluate.js';
import { startHaven } from '../support/haven.js';
import { randomFrom } from '../support/random.js';
import { RandomWriter } from '../support/random-writer.js';

const haven = startHaven();
const films = '/collections/films';
const RECORD = 'id collection version data createdAt updatedAt';
const limits = { filterDepth: 10, filterOperators: 100, inLength: 500, patternLength: 256, sortFields: 5 };

interface Record {
  id: string;
  version: number;
  data: any;
  createdAt: string;
  updatedAt: string;
}

/** A point in time, given as a timestamp and as a cursor, with the records that existed at that time. */
interface Moment {
  time: string;
  cursor: string;
  records: Record[];
}

beforeEach(async () => {
  await haven.rest('POST', '/collections', { name: 'films' });
});

/** Gives the collection an index, which lists of the present can use. */
async function declareIndex(): Promise<void> {
  await haven.rest('PATCH', films, { indexes: ['n'] });
  await vi.waitFor(
    async () => expect((await haven.rest('GET', films)).body.indexes).toMatchObject([{ path: 'n', state: 'ready' }]),
    { timeout: 10_000, interval: 10 },
  );
}

/** Returns the sequence number of the last event in the feed of the test's tenant. */
async function head(): Promise<number> {
  const [row] = await haven.sql('SELECT seq FROM haven.feed_heads WHERE tenant_id = $1', [haven.tenant]);
  return Number(row?.seq ?? 0);
}

function cursorAt(seq: number): string {
  const caller = { tenantId: haven.tenant, actor: 'tester', traceId: '', access: Access.full };
  return haven.app.get(FeedCursors, { strict: false }).seal(caller, seq);
}

/** Waits until all writes are in the feed, and until later writes have a later time. */
async function moment(): Promise<{ time: string; cursor: string }> {
  const [written] = await haven.sql(
    'SELECT count(*)::integer AS events, max(at) AS time FROM haven.events WHERE tenant_id = $1',
    [haven.tenant],
  );
  await vi.waitFor(async () => expect(await head()).toBe(written.events), { interval: 5, timeout: 10_000 });
  await vi.waitFor(
    async () => {
      const [clock] = await haven.sql('SELECT clock_timestamp()::timestamptz(3) > $1 AS later', [written.time]);
      expect(clock.later).toBe(true);
    },
    { interval: 1 },
  );
  return { time: written.time.toISOString(), cursor: cursorAt(written.events) };
}

const byId = (one: Record, other: Record): number => (one.id < other.id ? -1 : 1);

async function exported(query = ''): Promise<Record[]> {
  const { status, body } = await haven.rest('GET', `${films}/export${query}`);
  expect(status).toBe(200);
  const lines = String(body)
    .split('\n')
    .filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Record).sort(byId);
}

const asOf = (moment: string): string => `asOf=${encodeURIComponent(moment)}`;

/** Reads all pages, alternating between the APIs. */
async function pages(query: { filter: object; sort?: string; asOf: string }, limit: number): Promise<Record[]> {
  const all: Record[] = [];
  let after: string | undefined;
  const window = () => ({ limit, ...(after !== undefined && { after }) });
  const address = () =>
    new URLSearchParams({
      ...query,
      filter: JSON.stringify(query.filter),
      limit: String(limit),
      ...(after !== undefined && { after }),
    }).toString();
  const reads = [
    async () => (await haven.rest('GET', `${films}/records?${address()}`)).body,
    async () => (await haven.rest('POST', `${films}/query`, { ...query, ...window() })).body,
    async () => (await haven.rest('QUERY', `${films}/records`, { ...query, ...window() })).body,
    async () => {
      const { body } = await haven.graphql(
        `query($filter: JSON, $sort: [String!], $asOf: String, $first: Int, $after: String) {
          records(collection: "films", filter: $filter, sort: $sort, asOf: $asOf, first: $first, after: $after) {
            edges { node { ${RECORD} } } pageInfo { hasNextPage endCursor }
          }
        }`,
        { ...query, ...(query.sort && { sort: [query.sort] }), first: limit, after },
      );
      const { edges, pageInfo } = body.data.records;
      return {
        items: edges.map(({ node }: { node: Record }) => node),
        nextCursor: pageInfo.hasNextPage ? pageInfo.endCursor : null,
      };
    },
  ];
  for (let page = 0; ; page++) {
    const { items, nextCursor } = await reads[page % reads.length]!();
    all.push(...items);
    if (nextCursor === null) return all;
    after = nextCursor;
  }
}

const QUERIES = [
  { filter: {} },
  { filter: {}, sort: '$createdAt' },
  { filter: { n: { _gte: 40 } } },
  { filter: { n: { _lt: 90 } }, sort: '-n' },
  { filter: { s: 'alpha' }, sort: '-$updatedAt' },
  { filter: { _or: [{ tags: { _contains: 'beta' } }, { 'address.city': 'gamma' }] }, sort: 's,-n' },
  { filter: { _not: { s: { _isNull: true } }, n: { _gt: 10 } }, sort: 's' },
  { filter: { $version: { _gt: 2 } }, sort: '-$version' },
  { filter: { tags: { _some: { _in: ['beta', 'gamma'] }, _size: 1 } }, sort: '-n' },
  { filter: { lines: { _some: { sku: 'alpha', qty: { _gte: 2 } } } }, sort: 'n' },
  { filter: { lines: { _every: { qty: { _lt: 3 } }, _size: { _gt: 0 } }, tags: { _none: { _eq: 'delta' } } } },
];

async function expectTheMoment(name: string, { records }: Moment, query: (typeof QUERIES)[number]): Promise<void> {
  expect(await exported(`?${asOf(name)}`)).toEqual(records);
  const filter = parseFilter(query.filter as never, limits);
  const found = records.filter((record) => matchesFilter(filter, record));
  const sorted = found.toSorted(compareRecords(parseSort(query.sort, limits)));
  expect(await pages({ ...query, asOf: name }, 7), JSON.stringify(query)).toEqual(sorted);
  const counted = await haven.rest('POST', `${films}/query`, { ...query, asOf: name, count: 'exact', limit: 1 });
  expect(counted.body).toMatchObject({ total: found.length, items: sorted.slice(0, 1) });
  const { body } = await haven.graphql(
    'query($filter: JSON, $asOf: String) { records(collection: "films", filter: $filter, asOf: $asOf) { totalCount } }',
    { filter: query.filter, asOf: name },
  );
  expect(body.data.records.totalCount).toBe(found.length);
  const exportedToo = await exported(`?${asOf(name)}&filter=${encodeURIComponent(JSON.stringify(query.filter))}`);
  expect(exportedToo).toEqual(found);
}

async function expectTheRecord(name: string, { records }: Moment, id: string): Promise<void> {
  const record = records.find((one) => one.id === id);
  const read = await haven.rest('GET', `${films}/records/${id}?${asOf(name)}`);
  const queried = await haven.graphql(
    `query($id: ID!, $asOf: String) { record(collection: "films", id: $id, asOf: $asOf) { ${RECORD} } }`,
    { id, asOf: name },
  );
  if (record) {
    expect(read.body).toEqual(record);
    expect(read.headers.get('etag')).toBe(`"${record.version}"`);
    expect(queried.body.data.record).toEqual(record);
  } else {
    expect([read.status, read.body.code]).toEqual([404, 'NOT_FOUND']);
    expect(queried.body.errors[0].extensions).toMatchObject({ code: 'NOT_FOUND', status: 404 });
  }
}

describe('after 200 random changes', () => {
  beforeEach(declareIndex);

  it('10 moments can be read as they were, by time and by cursor, in both APIs', async () => {
    await haven.rest('POST', '/collections', { name: 'others' });
    const random = randomFrom(20_261_125);
    const ids = Array.from({ length: 60 }, () => randomUUID());
    const writer = new RandomWriter(haven, films, ids, random);
    const elsewhere = new RandomWriter(haven, '/collections/others', ids, random);
    const moments: Moment[] = [];
    for (let change = 1; change <= 200; change++) {
      await (change % 10 === 0 ? elsewhere : writer).write();
      if (change % 20 === 0) moments.push({ ...(await moment()), records: await exported() });
    }
    expect(new Set(moments.map(({ time }) => time)).size).toBe(10);
    expect(new Set(moments.map(({ records }) => JSON.stringify(records))).size).toBe(10);
    const events = await haven.sql<{ type: string }>(
      'SELECT DISTINCT type FROM haven.events WHERE tenant_id = $1 AND version > 1',
      [haven.tenant],
    );
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['record.deleted', 'record.created']));
    for (const [index, one] of moments.entries()) {
      for (const [way, name] of [one.time, one.cursor].entries()) {
        await expectTheMoment(name, one, QUERIES[(index + way) % QUERIES.length]!);
        for (let read = 0; read < 4; read++) await expectTheRecord(name, one, ids[Math.floor(random() * ids.length)]!);
      }
    }
  });
});

describe('while others write', () => {
  beforeEach(declareIndex);

  /** Computes the state after the first `seq` events of the feed. */
  async function folded(seq: number): Promise<Record[]> {
    const rows = await haven.sql(
      `SELECT * FROM (
         SELECT DISTINCT ON (e.record_id) e.record_id AS id, 'films' AS collection, e.version, e.data,
           e.created_at AS "createdAt", e.at AS "updatedAt"
         FROM haven.feed AS f JOIN haven.events AS e USING (tenant_id, collection_id, record_id, version)
         WHERE f.tenant_id = $1 AND f.seq <= $2 ORDER BY e.record_id, e.version DESC
       ) AS last WHERE data IS NOT NULL`,
      [haven.tenant, seq],
    );
    return rows
      .map((row) => ({ ...row, createdAt: row.createdAt.toISOString(), updatedAt: row.updatedAt.toISOString() }))
      .sort(byId);
  }

  it('a cursor shows exactly the changes of the feed up to it', async () => {
    const ids = Array.from({ length: 20 }, () => randomUUID());
    const seen: { seq: number; records: Record[] }[] = [];
    const see = async (): Promise<void> => {
      const seq = await head();
      seen.push({ seq, records: await exported(`?${asOf(cursorAt(seq))}`) });
    };
    await see();
    const writers = [1, 2, 3, 4].map(async (seed) => {
      const writer = new RandomWriter(haven, films, ids, randomFrom(seed));
      for (let change = 1; change <= 75; change++) {
        await writer.write();
        if (change % 5 === 0) await see(); // while the other writers continue
      }
    });
    await Promise.all(writers);
    await moment();
    expect(await head()).toBe(300);
    expect(new Set(seen.map(({ seq }) => seq)).size).toBeGreaterThan(10);
    for (const { seq, records } of seen) {
      expect(records, `then, at ${seq}`).toEqual(await folded(seq));
      expect(await exported(`?${asOf(cursorAt(seq))}`), `later, at ${seq}`).toEqual(records);
    }
  });

  it('writes that are not in the feed yet are after every cursor', async () => {
    const ids = Array.from({ length: 8 }, () => randomUUID());
    for (const id of ids.slice(0, 6)) await haven.rest('PUT', `${films}/records/${id}`, { data: { n: 1 } });
    const before = await moment();
    const records = await exported();
    await haven.sql('BEGIN');
    await haven.sql('SELECT * FROM haven.sequencer FOR UPDATE'); // from now on, nothing is added to the feed
    try {
      await haven.rest('PATCH', `${films}/records/${ids[0]}`, { data: { n: 2 } });
      await haven.rest('PATCH', `${films}/records/${ids[0]}`, { data: { n: 3 } });
      await haven.rest('DELETE', `${films}/records/${ids[1]}`);
      await haven.rest('PUT', `${films}/records/${ids[6]}`, { data: { n: 1 } });
      expect(await head()).toBe(6);
      expect(await exported(`?${asOf(before.cursor)}`)).toEqual(records);
      const page = await haven.rest('GET', `${films}/records?sort=$id&count=exact&${asOf(before.cursor)}`);
      expect(page.body).toMatchObject({ items: records, total: 6 });
      for (const id of ids) await expectTheRecord(before.cursor, { ...before, records }, id);
    } finally {
      await haven.sql('ROLLBACK');
    }
    await moment();
    expect(await head()).toBe(10);
    expect(await exported(`?${asOf(before.cursor)}`)).toEqual(records);
  });

  it.each(['time', 'cursor'] as const)('the pages of one moment are a consistent snapshot: %s', async (kind) => {
    const ids = Array.from({ length: 40 }, () => randomUUID());
    const writer = new RandomWriter(haven, films, ids, randomFrom(7));
    for (let change = 0; change < 100; change++) await writer.write();
    const { [kind]: name } = await moment();
    const records = await exported();
    let after = '';
    const read: Record[] = [];
    const back: Record[] = [];
    do {
      const { body } = await haven.rest('GET', `${films}/records?sort=-n&limit=3&${asOf(name)}${after}`);
      read.push(...body.items);
      after = body.nextCursor && `&after=${body.nextCursor}`;
      const link = body.previousCursor && `&before=${body.previousCursor}`;
      for (let change = 0; change < 5; change++) await writer.write();
      if (!link) continue;
      const { body: previous } = await haven.rest('GET', `${films}/records?sort=-n&limit=3&${asOf(name)}${link}`);
      back.push(...previous.items);
    } while (after);
    expect(read.toSorted(byId)).toEqual(records);
    expect(back).toEqual(read.slice(0, back.length));
    expect(read.map(({ data }) => data.n)).toEqual(records.map(({ data }) => data.n).sort((a, b) => b - a));
  });
});

describe('asOf', () => {
  let id: string;
  const record = (query = ''): string => `${films}/records/${id}${query}`;

  beforeEach(async () => {
    id = (await haven.rest('POST', `${films}/records`, { data: { title: 'Alien', year: 1979 } })).body.id;
  });

  it('does not return records of a deleted collection', async () => {
    await haven.rest('POST', '/collections', { name: 'gone' });
    const { body } = await haven.rest('POST', '/collections/gone/records', { data: { n: 1 } });
    const list = () => haven.rest('GET', `/collections/gone/records?asOf=${body.updatedAt}`);
    expect((await list()).body.items).toHaveLength(1);
    await haven.rest('DELETE', '/collections/gone?cascade=true');
    expect(await list()).toMatchObject({ status: 404 });
    await haven.rest('POST', '/collections', { name: 'gone' });
    expect((await list()).body.items).toEqual([]);
  });

  it('does not find a record while it was deleted', async () => {
    const made = await moment();
    await haven.rest('PATCH', record(), { data: { title: 'Aliens' } });
    const changed = await moment();
    await haven.rest('DELETE', record());
    const gone = await moment();
    await haven.rest('PUT', record(), { data: { title: 'Alien 3' } });
    const again = await moment();
    for (const kind of ['time', 'cursor'] as const) {
      const at = async (moment: Omit<Moment, 'records'>) => haven.rest('GET', record(`?${asOf(moment[kind])}`));
      expect((await at(made)).body).toMatchObject({ version: 1, data: { title: 'Alien' } });
      expect((await at(changed)).body).toMatchObject({ version: 2, data: { title: 'Aliens' } });
      expect((await at(gone)).status).toBe(404);
      expect((await at(again)).body).toMatchObject({ version: 4, data: { title: 'Alien 3' } });
    }
  });

  it('returns the ETag of that version, and supports If-None-Match and fields', async () => {
    const { time } = await moment();
    await haven.rest('PATCH', record(), { data: { year: 1980 } });
    const query = `?fields=year&${asOf(time)}`;
    const old = await haven.rest('GET', record(query));
    expect(old.headers.get('etag')).toBe('"1"');
    expect(old.body.data).toEqual({ year: 1979 });
    expect((await haven.rest('GET', record(query), undefined, { 'if-none-match': '"1"' })).status).toBe(304);
    expect((await haven.rest('GET', record(query), undefined, { 'if-none-match': '"2"' })).status).toBe(200);
    const list = await haven.rest('GET', `${films}/records${query}`);
    expect(list.body.items).toMatchObject([{ version: 1, data: { year: 1979 } }]);
  });

  it('returns nothing before the first change, and the present for the future', async () => {
    for (const name of ['0001-01-01T00:00:00Z', cursorAt(0)]) {
      expect((await haven.rest('GET', record(`?${asOf(name)}`))).body.code).toBe('NOT_FOUND');
      expect(await exported(`?${asOf(name)}`)).toEqual([]);
    }
    expect(await exported(`?${asOf('9999-12-31T23:59:59Z')}`)).toEqual(await exported());
  });

  it('accepts a time with any offset, and truncates it to milliseconds', async () => {
    const { time } = await moment();
    await haven.rest('PATCH', record(), { data: { year: 1980 } });
    const local = new Date(Date.parse(time) + 5.5 * 3_600_000).toISOString().replace('Z', '999+05:30');
    expect((await haven.rest('GET', record(`?${asOf(local)}`))).body.version).toBe(1);
  });

  it('supports estimated counts', async () => {
    const { cursor, time } = await moment();
    for (const name of [time, cursor]) {
      const { body } = await haven.rest('GET', `${films}/records?count=estimated&${asOf(name)}`);
      expect(body.total).toBeGreaterThanOrEqual(0);
    }
  });

  it('must be the same for all pages, but may be written differently', async () => {
    await haven.rest('POST', `${films}/records`, { data: {} });
    const { time } = await moment();
    const { body } = await haven.rest('GET', `${films}/records?limit=1&${asOf(time)}`);
    const page = (query: string) => haven.rest('GET', `${films}/records?limit=1&after=${body.nextCursor}${query}`);
    expect((await page(`&${asOf(time)}`)).body.items).toHaveLength(1);
    expect((await page(`&${asOf(time.replace('Z', '000+00:00'))}`)).body.items).toHaveLength(1);
    for (const other of ['', `&${asOf('2020-01-01T00:00:00Z')}`, `&${asOf(cursorAt(1))}`])
      expect((await page(other)).body.code).toBe('CURSOR_INVALID');
  });

  it.each(['', 'yesterday', '2026-11-25', '2026-02-30T00:00:00Z', 'a list’s cursor', 'another tenant’s cursor'])(
    'rejects invalid values with a pointer: "%s"',
    async (text) => {
      const listed = (await haven.rest('GET', `${films}/records?sort=title&limit=1`)).body.nextCursor;
      const foreign = haven.app
        .get(FeedCursors, { strict: false })
        .seal({ tenantId: randomUUID(), actor: '', traceId: '', access: Access.full }, 1);
      const name = text.startsWith('a list') ? String(listed) : text.startsWith('another') ? foreign : text;
      const query = 'query($asOf: String, $id: ID!)';
      for (const response of [
        await haven.rest('GET', record(`?${asOf(name)}`)),
        await haven.rest('GET', `${films}/records?${asOf(name)}`),
        await haven.rest('POST', `${films}/query`, { asOf: name }),
        await haven.rest('QUERY', `${films}/records`, { asOf: name }),
        await haven.rest('GET', `${films}/export?${asOf(name)}`),
      ]) {
        expect([response.status, response.body.code]).toEqual([400, 'CURSOR_INVALID']);
        expect(response.body.errors).toMatchObject([{ pointer: '/asOf' }]);
      }
      for (const field of [
        'record(collection: "films", id: $id, asOf: $asOf) { id }',
        'records(collection: "films", asOf: $asOf, filter: {x: $id}) { totalCount }',
      ]) {
        const { body } = await haven.graphql(`${query} { ${field} }`, { asOf: name, id });
        expect(body.errors[0].extensions).toMatchObject({ code: 'CURSOR_INVALID', status: 400 });
        expect(body.errors[0].extensions.errors).toMatchObject([{ pointer: '/asOf' }]);
      }
    },
  );
});
