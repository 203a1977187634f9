import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { startHaven } from '../support/haven.js';
import { randomFrom } from '../support/random.js';

const haven = startHaven();
const COLLECTIONS = ['films', 'people'] as const;
const CHANGES = 120;

interface Change {
  cursor: string;
  collection: string;
  recordId: string;
  version: number;
}

type Parameters = Record<string, string>;

const page = async (parameters: Parameters) => {
  const { status, body } = await haven.rest('GET', `/changes?${new URLSearchParams(parameters)}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body as { items: Change[]; nextCursor: string; hasMore: boolean };
};

/** Reads all pages. */
async function walk(parameters: Parameters, betweenPages = async () => {}): Promise<Change[]> {
  const found: Change[] = [];
  for (let next = await page(parameters); ; next = await page({ ...parameters, after: next.nextCursor })) {
    found.push(...next.items);
    if (!next.hasMore) return found;
    await betweenPages();
  }
}

const withoutCursors = (changes: Change[]) => changes.map((change) => ({ ...change, cursor: undefined }));

const headIs = (seq: number) =>
  vi.waitFor(
    async () => {
      const [head] = await haven.sql('SELECT seq FROM haven.feed_heads WHERE tenant_id = $1', [haven.tenant]);
      expect(Number(head?.seq ?? 0)).toBe(seq);
    },
    { timeout: 10_000 },
  );

/**
 * Makes random changes of a few records, replaces a collection by another one of its name, and removes a part of the
 * earlier versions as pruning does. Returns the number of changes.
 */
async function makeChanges(): Promise<number> {
  const random = randomFrom(20);
  const pick = <T>(values: readonly T[]) => values[Math.floor(random() * values.length)] as T;
  for (const name of COLLECTIONS) await haven.rest('POST', '/collections', { name });
  const ids = Array.from({ length: 12 }, (_, n) => `0190a000-0000-7000-8000-${String(n).padStart(12, '0')}`);
  const operations = Array.from({ length: CHANGES }, () => {
    const collection = pick(COLLECTIONS);
    return { op: 'replace', collection, id: pick(ids), data: { n: Math.floor(random() * 5) } };
  });
  for (let start = 0; start < CHANGES; start += 20) {
    if (start === CHANGES / 2) {
      await haven.rest('DELETE', '/collections/films?cascade=true');
      await haven.rest('POST', '/collections', { name: 'films' });
    }
    expect((await haven.rest('POST', '/batch', { operations: operations.slice(start, start + 20) })).status).toBe(200);
  }
  const [{ count }] = await haven.sql('SELECT count(*) FROM haven.events WHERE tenant_id = $1', [haven.tenant]);
  await headIs(Number(count));
  await haven.sql(
    `DELETE FROM haven.events AS e USING haven.feed AS f
     WHERE e.tenant_id = $1 AND f.tenant_id = $1 AND (f.collection_id, f.record_id, f.version) = (e.collection_id, e.record_id, e.version)
       AND f.seq < 30 AND EXISTS (SELECT FROM haven.events AS n WHERE n.tenant_id = $1 AND n.collection_id = e.collection_id
         AND n.record_id = e.record_id AND n.version > e.version)`,
    [haven.tenant],
  );
  await haven.sql('UPDATE haven.collections SET pruned_through = 30 WHERE tenant_id = $1', [haven.tenant]);
  return Number(count);
}

describe('the latest activity', () => {
  it('is the feed in reverse, with any filter and page size, whatever is pruned or changes in the meantime', async () => {
    let head = await makeChanges();
    let pages = 0;
    const parameters = fc.record(
      {
        limit: fc.integer({ min: 9, max: 60 }).map(String),
        collection: fc.constantFrom(...COLLECTIONS),
        filter: fc.constantFrom('{"n":1}', '{"n":{"_gte":3}}', '{"n":"none"}', '{}'),
      },
      { requiredKeys: ['limit'] },
    );
    await fc.assert(
      fc.asyncProperty(parameters, async (given) => {
        const forwards = await walk({ ...given, after: 'earliest' });
        const backwards = await walk({ ...given, order: 'desc' }, async () => {
          if (pages++ % 4 > 0) return;
          await haven.rest('POST', '/collections/films/records', { data: { n: 1 } });
          await headIs(++head);
        });
        expect(withoutCursors(backwards)).toEqual(withoutCursors(forwards).reverse());
        const middle = backwards[Math.floor(backwards.length / 2)];
        if (!middle) return;
        const older = await walk({ ...given, order: 'desc', after: middle.cursor });
        expect(older).toEqual(backwards.slice(backwards.indexOf(middle) + 1));
      }),
      { numRuns: 8, seed: 20 },
    );
  });

  describe('with a few changes', () => {
    beforeEach(async () => {
      for (const name of COLLECTIONS) await haven.rest('POST', '/collections', { name });
      for (const [collection, n] of [
        ['films', 1],
        ['people', 2],
        ['films', 3],
      ] as const)
        await haven.rest('POST', `/collections/${collection}/records`, { data: { n } });
      await headIs(3);
    });

    it('starts with the newest change, and its cursors continue in either order', async () => {
      const { items, nextCursor, hasMore } = await page({ order: 'desc', limit: '2' });
      expect(items.map((change: any) => change.record.data.n)).toEqual([3, 2]);
      expect([nextCursor, hasMore]).toEqual([items[1]?.cursor, true]);
      const [, second] = items;
      expect(await walk({ after: second?.cursor ?? '', order: 'asc' })).toEqual(items.slice(0, 1));
      const older = await page({ order: 'desc', after: nextCursor });
      expect([older.items.map((change: any) => change.record.data.n), older.hasMore]).toEqual([[1], false]);
      expect(await page({ order: 'desc', after: older.nextCursor })).toMatchObject({ items: [], hasMore: false });
    });

    it('is the same over GraphQL', async () => {
      const rest = await page({ order: 'desc', collection: 'films', limit: '1' });
      const { body } = await haven.graphql(
        '{ changes(order: "desc", collection: "films", first: 1) { items { cursor recordId } nextCursor hasMore } }',
      );
      const items = rest.items.map(({ cursor, recordId }) => ({ cursor, recordId }));
      expect(body.data.changes).toEqual({ ...rest, items });
    });

    it('is empty without changes, and its cursor leads to the first one', async () => {
      await haven.rest('POST', '/collections', { name: 'empty' });
      const empty = await page({ order: 'desc', collection: 'empty' });
      expect(empty).toMatchObject({ items: [], hasMore: false });
      expect((await page({ after: empty.nextCursor })).items).toHaveLength(3);
    });
  });
});
