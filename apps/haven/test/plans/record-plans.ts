import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Access } from '@haven/kernel';
import { FeedCursors } from '@haven/events';

import type { Haven } from '../support/haven.js';
import { analyzeEveryRecord, MILLION, VERSIONS } from './million-records.js';
import { costOf } from './statement-cost.js';
import type { Cost } from './statement-cost.js';

const orders = '/collections/orders';
const PAGE = 20;
/** Number of rows that are read: the page, and one more to determine whether there is another page. */
const READ_ROWS = PAGE + 1;

/** Tests what requests for records read, in a database that `fillMillion` has filled for the tenant of each test. */
export function recordPlans(haven: Haven): void {
  let first: string;

  beforeAll(async () => {
    first = (await query({ filter: { number: 1 } })).items[0].id;
  });

  async function query(body: object): Promise<any> {
    const response = await haven.rest('POST', `${orders}/query`, body);
    expect(response.body, JSON.stringify(body)).toHaveProperty('items');
    return response.body;
  }

  const costOfQuery = (body: object) => costOf(haven, () => query(body));
  const costOfRest = (method: string, path: string, body?: unknown) =>
    costOf(haven, async () => {
      const { status } = await haven.rest(method, path, body);
      expect(status, `${method} ${path}`).toBeLessThan(300);
    });

  /** Returns the cost of a query's first page, of a later page, and of the page before that. */
  async function costsOfPages(body: object): Promise<Cost[]> {
    const { nextCursor: later } = await query({ ...body, limit: 200 });
    const costs = [await costOfQuery(body)];
    if (!later) return costs;
    return [...costs, await costOfQuery({ ...body, after: later }), await costOfQuery({ ...body, before: later })];
  }

  /** Returns the cursor after `items` items. */
  async function cursorBehind(items: number, body: object): Promise<string> {
    let after: string | undefined;
    for (let left = items; left > 0; left -= 500) {
      const page = await query({ ...body, limit: Math.min(left, 500), fields: 'number', ...(after && { after }) });
      after = page.nextCursor;
    }
    return String(after);
  }

  describe('a list in the order of an index reads only its page', () => {
    it.each<[string | undefined, object?]>([
      [undefined],
      ...['$createdAt', '$id', '$updatedAt', 'total', 'title', 'coupon', 'address.city'].flatMap<[string]>((field) => [
        [field],
        [`-${field}`],
      ]),
      ['total,-$createdAt'],
      ['-title,number'],
      [undefined, { $createdAt: { _lt: new Date().toISOString() } }],
      ['-$updatedAt', { $updatedAt: { _gte: '2024-01-01T00:00:00Z' } }],
      ['total', { total: { _gte: 1000, _lt: 9000 } }],
      ['-total', { total: { _lte: 5000 } }],
      ['title', { title: { _startsWith: 'a' } }],
      ['-coupon', { coupon: { _exists: true } }],
      ['coupon', { coupon: { _isNull: true } }],
      ['address.city', { 'address.city': { _gt: 'city 2' } }],
    ])('sort %s, filter %j', async (sort, filter = {}) => {
      for (const cost of await costsOfPages({ sort, filter })) {
        expect(cost).toMatchObject({ scanned: [], read: expect.closeTo(READ_ROWS, -1) });
        expect(cost.sorted).toBeLessThan(READ_ROWS + 10);
        expect(cost.buffers).toBeLessThan(200); // an entry, and the way from the root of an index to its record
      }
    });
  });

  describe('a filter that few records match reads only the matches, in any order', () => {
    // Each number is how many rows may match. The head of the list is read before.
    const HEAD = 200;
    const day = (n: number) => new Date(Date.now() - n * 86_400_000).toISOString();

    it.each<[object, number]>([
      [{ status: 'disputed' }, 12],
      [{ status: 'lost' }, 1040],
      [{ status: 'nowhere' }, 0],
      [{ number: 5 }, 3],
      [{ number: { _in: [5, 6, 7] } }, 9],
      [{ status: { _in: ['lost', 'disputed'] } }, 1052],
      [{ tags: { _contains: 't77' } }, 400],
      [{ tags: { _some: { _eq: 't77' } } }, 400],
      [{ address: { _eq: { city: 'city 1', zip: 1 } } }, 20],
      [{ 'address.zip': 17 }, 20],
      [{ coupon: 'K17' }, 60],
      [{ status: 'lost', 'address.city': 'city 7' }, 20],
      [{ _or: [{ status: 'disputed' }, { number: 5 }] }, 15],
      [{ $id: { _in: [randomUUID(), randomUUID()] } }, 0],
      [{ total: { _gt: 9999.9 } }, 20],
      [{ total: { _gte: 100, _lt: 100.1 } }, 20],
      [{ total: { _isNull: true } }, 0],
      [{ title: { _startsWith: 'abc' } }, 300],
      [{ title: { _gte: 'fffa', _lt: 'fffb' } }, 40],
      [{ status: 'lost', total: { _lt: 50 } }, 6000],
      [{ status: 'disputed', title: { _gt: '1' } }, 12],
      [{ $updatedAt: { _lt: day(12) } }, 0],
    ])('%j', async (filter, matches) => {
      for (const sort of [undefined, '-total', 'title', '$updatedAt', 'number,-status']) {
        const cost = await costOfQuery({ filter, sort });
        expect(cost, sort).toMatchObject({ scanned: [] });
        expect(cost.read, sort).toBeLessThanOrEqual(HEAD + matches);
        expect(cost.buffers, sort).toBeLessThan((HEAD + matches) * 6 + 200);
      }
      expect((await costOfQuery({ filter, count: 'exact' })).read).toBeLessThanOrEqual(HEAD + 2 * matches);
    });
  });

  describe('with planner statistics from a random sample', () => {
    afterAll(() => analyzeEveryRecord(haven), 120_000);

    it.each([1, 2, 3, 4, 5])(
      'a list has a good plan even for a rare value that is in the sample (sample %i)',
      async () => {
        await haven.sql('ANALYZE haven.records');
        const sampled = await haven.sql<{ number: number }>(
          `SELECT (document::jsonb -> 'number')::integer AS number
     FROM pg_stats, unnest(histogram_bounds::text::text[]) AS document
     WHERE schemaname = 'haven' AND tablename = 'records' AND attname = 'data' AND document::jsonb ? 'number' LIMIT 5`,
        );
        expect(sampled.length).toBeGreaterThan(0);
        for (const { number } of sampled) {
          for (const sort of [undefined, '-title']) {
            expect((await costOfQuery({ filter: { number }, sort })).read, String(number)).toBeLessThan(210);
          }
        }
      },
    );
  });

  describe('a filter that many records match fills its page soon', () => {
    // If the head of the list does not fill the page, up to a thousand matches are read before the rest of the list.
    it.each<[object, number]>([
      [{ status: 'done' }, 250],
      [{ status: { _in: ['open', 'done'] } }, 250],
      [{ status: 'open' }, 1000],
      [{ tags: { _contains: 'new' } }, 300],
      [{ tags: ['new'] }, 300],
      [{ coupon: null }, 400],
      [{ 'address.city': 'city 7' }, 15_000],
      [{ $version: 1 }, 100],
      [{ status: { _ne: 'done' } }, 1000],
      [{ _not: { tags: { _contains: 'new' } } }, 100],
      [{ total: { _gt: 5 } }, 1100],
      [{ total: { _gt: 9950 } }, 10_000],
      [{ title: { _startsWith: 'a' } }, 1800],
      [{ coupon: { _isNull: true } }, 1100],
      [{ coupon: { _exists: true } }, 1200],
      [{ status: 'done', total: { _gt: 5 } }, 1300],
      [{ title: { _like: '%a%' } }, 100],
    ])('%j', async (filter, most) => {
      for (const sort of [undefined, '-title']) {
        for (const cost of await costsOfPages({ filter, sort })) {
          expect(cost, sort).toMatchObject({ scanned: [] });
          expect(cost.read, sort).toBeLessThan(most);
        }
      }
    });

    it.each([
      [{ total: { _gt: 9999.9 } }, "(data->>'total')::float8 > 9999.9"],
      [{ total: { _gt: 9990 } }, "(data->>'total')::float8 > 9990"],
      [{ total: { _lt: 9990 } }, "(data->>'total')::float8 < 9990"],
    ])('%j returns all matches', async (filter, condition) => {
      const { items, nextCursor } = await query({ filter, sort: 'title', limit: 8 });
      const next = await query({ filter, sort: 'title', limit: 8, ...(nextCursor && { after: nextCursor }) });
      const found = await haven.sql(
        `SELECT r.id FROM haven.records r JOIN haven.collections c ON c.id = collection_id
       WHERE c.tenant_id = $1 AND name = 'orders' AND ${condition} ORDER BY data->>'title' COLLATE "C" LIMIT 16`,
        [haven.tenant],
      );
      const ids = [...items, ...next.items].map(({ id }) => id);
      expect(ids).toEqual(found.slice(0, ids.length).map(({ id }) => id));
      expect(ids.length).toBeGreaterThan(8);
    });
  });

  describe('the thousandth page costs at most twice as much as the first', () => {
    it.each<[object]>([
      [{}],
      [{ sort: '$createdAt' }],
      [{ sort: '-$updatedAt' }],
      [{ sort: 'total' }],
      [{ sort: '-title' }],
      [{ sort: 'coupon' }],
      [{ filter: { status: 'done' } }],
      [{ filter: { total: { _gt: 5 } } }],
      [{ filter: { total: { _gt: 5 } }, sort: 'total' }],
      [{ filter: { coupon: { _isNull: true } }, sort: '-title' }],
    ])('%j', async (body) => {
      const after = await cursorBehind(999 * PAGE, body);
      const [one, thousand] = [await costOfQuery(body), await costOfQuery({ ...body, after })];
      expect(thousand.buffers).toBeLessThanOrEqual(2 * one.buffers);
    });

    it('also of a history', async () => {
      const path = `${orders}/records/${first}/history`;
      let after = '';
      for (let left = 999 * PAGE; left > 0; left -= 500) {
        const { body } = await haven.rest('GET', `${path}?limit=${Math.min(left, 500)}${after}`);
        after = `&after=${body.nextCursor}`;
      }
      const { body } = await haven.rest('GET', `${path}?limit=${PAGE}${after}`);
      expect(body.items[0].version).toBe(VERSIONS - 999 * PAGE);
      const [one, thousand] = [await costOfRest('GET', path), await costOfRest('GET', `${path}?limit=20${after}`)];
      for (const cost of [one, thousand]) {
        expect(cost).toMatchObject({
          read: READ_ROWS,
          sorted: 0,
          scanned: [],
          indexes: expect.arrayContaining(['events_pkey']),
        });
      }
      expect(thousand.buffers).toBeLessThanOrEqual(2 * one.buffers);
    });
  });

  describe('these queries read the whole collection by design, as docs/querying.md says:', () => {
    it.each<[string, object]>([
      ['a sort by a field without an index', { sort: 'number' }],
      ['a sort whose first field has few values', { sort: 'coupon,total' }],
      ['a pattern that few fit', { filter: { title: { _like: '%abcdef%' } } }],
      [
        'a range without an index that few are in',
        { filter: { number: { _gt: MILLION - 5, _lt: MILLION - 2 } }, sort: '$createdAt' },
      ],
      ['a negation that few pass', { filter: { status: { _nin: ['done', 'open', 'lost'] } } }],
      ['a count of many', { filter: { tags: ['new'] }, count: 'exact' }],
    ])('%s', async (_what, body) => expect((await costOfQuery(body)).read).toBeGreaterThan(MILLION / 4), 120_000);
  });

  describe('a read as of an hour ago costs as much as of now, plus one lookup per record changed since:', () => {
    let then: Record<'time' | 'cursor', string>;
    let changes: number;

    beforeAll(async () => {
      const [row] = await haven.sql<{ time: Date; seq: string; later: string }>(
        `SELECT time, count(*) FILTER (WHERE at <= time) AS seq, count(*) FILTER (WHERE at > time AND name = 'orders') AS later
       FROM haven.events JOIN haven.collections AS c USING (tenant_id),
         (SELECT date_trunc('second', max(created_at)) - interval '1 hour' AS time FROM haven.events WHERE tenant_id = $1) AS last
       WHERE tenant_id = $1 AND c.id = collection_id GROUP BY time`,
        [haven.tenant],
      );
      if (!row) throw new Error('There are no events.');
      const caller = { tenantId: haven.tenant, actor: 'tester', traceId: '', access: Access.full };
      const cursor = haven.app.get(FeedCursors, { strict: false }).seal(caller, Number(row.seq));
      then = { time: row.time.toISOString(), cursor };
      changes = Number(row.later);
      expect(changes).toBeGreaterThan(3000);
      expect(changes).toBeLessThan(6000);
    });

    it.each<[object, number]>([
      [{}, 0],
      [{ sort: '$createdAt' }, 0],
      [{ sort: '-$updatedAt' }, 0],
      [{ sort: 'total' }, 0],
      [{ sort: '-title' }, 0],
      [{ filter: { status: 'disputed' } }, 12],
      [{ filter: { status: 'disputed' }, sort: '-total', count: 'exact' }, 12],
      [{ filter: { number: 5 }, sort: 'title' }, 3],
      [{ filter: { status: 'done' } }, 100],
      [{ filter: { total: { _gt: 9999.9 } } }, 20],
      [{ filter: { total: { _gt: 5 } } }, 1100],
      [{ filter: { title: { _startsWith: 'abc' } }, sort: '-total' }, 300],
    ])('%j', async (body, read) => {
      for (const asOf of [then.time, then.cursor]) {
        const { scanned, ...cost } = await costOfQuery({ ...body, asOf });
        expect(scanned.filter((table) => table !== 'sequencer')).toEqual([]); // `sequencer` has one row
        // A page and a count are two statements.
        expect(cost.read).toBeLessThan(2 * (2 * changes + read + READ_ROWS));
        expect(cost.buffers).toBeLessThan(2 * (5 * changes + 2 * read + 200));
      }
      const [byTime, byCursor] = [
        await query({ ...body, asOf: then.time }),
        await query({ ...body, asOf: then.cursor }),
      ];
      expect(byTime.items).toEqual(byCursor.items);
      expect(byTime.total).toEqual(byCursor.total);
    });

    it('a record by its id', async () => {
      const [newest] = (await query({ limit: 1 })).items;
      for (const asOf of [then.time, then.cursor]) {
        const cost = await costOfRest('GET', `${orders}/records/${first}?asOf=${asOf}`);
        expect(cost).toMatchObject({ read: 1, sorted: 0, scanned: [] });
        const { status } = await haven.rest('GET', `${orders}/records/${newest.id}?asOf=${asOf}`);
        expect(status).toBe(404);
      }
    });
  });

  describe('everything else reads by key:', () => {
    const data = { number: 0, status: 'new' };

    it('a record by its id', async () => {
      expect(await costOfRest('GET', `${orders}/records/${first}`)).toMatchObject({ read: 1, sorted: 0, scanned: [] });
    });

    it('writes', async () => {
      const path = `${orders}/records/${randomUUID()}`;
      for (const [method, url, body] of [
        ['POST', `${orders}/records`, { data }],
        ['PUT', path, { data }],
        ['PATCH', path, { data: { number: 1 } }],
        ['DELETE', path],
      ] as const) {
        const cost = await costOfRest(method, url, body);
        expect(cost, method).toMatchObject({ scanned: [] });
        expect(cost.read, method).toBeLessThan(5);
      }
    });

    it('collections, with many of other tenants', async () => {
      const cost = await costOfRest('GET', '/collections');
      expect(cost).toMatchObject({ read: 0, sorted: 0, scanned: [], indexes: ['collections_name'] });
      expect(cost.buffers).toBeLessThan(10);
    });

    it('an export with few matches', async () => {
      const filter = encodeURIComponent('{"status":"disputed"}');
      const { read, scanned } = await costOfRest('GET', `${orders}/export?filter=${filter}`);
      expect(scanned.filter((table) => table !== 'sequencer' && table !== 'tenants')).toEqual([]);
      expect(read).toBeLessThan(40); // the matches are found first, and then read by key
    });

    it('GraphQL, with the same statements', async () => {
      const page = async (window: string, more = '') => {
        const { body } = await haven.graphql(
          `{ records(collection: "orders", filter: {status: "disputed"}, ${window}) { ${more} edges { cursor } } }`,
        );
        expect(body.errors).toBeUndefined();
        return body.data.records.edges;
      };
      const [, edge] = await page('first: 2');
      for (const window of ['first: 3', `first: 3, after: "${edge.cursor}"`, `last: 1, before: "${edge.cursor}"`]) {
        const cost = await costOf(haven, () => page(window));
        expect(cost, window).toMatchObject({ read: 10, entries: 10, scanned: [] });
      }
      expect(await costOf(haven, () => page('first: 3', 'totalCount'))).toMatchObject({
        read: 10,
        entries: 20,
        scanned: [],
      });
    });

    it('a small collection next to a large one', async () => {
      for (const body of [
        {},
        { filter: { status: 'done' } },
        { filter: { status: 'disputed' } },
        { filter: { number: 5 } },
      ]) {
        const cost = await costOfRest('POST', '/collections/returns/query', body);
        expect(cost, JSON.stringify(body)).toMatchObject({ scanned: [] });
        expect(cost.read).toBeLessThan(250);
      }
    });
  });
}
