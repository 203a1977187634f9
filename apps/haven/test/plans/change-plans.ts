import { expect, it } from 'vitest';

import { Access } from '@haven/kernel';
import { FeedCursors } from '@haven/events';

import type { Haven } from '../support/haven.js';
import { MILLION } from './million-records.js';
import { costOf } from './statement-cost.js';

/** Number of changes that are read: the page, and one more to determine whether there is another page. */
const READ_CHANGES = 20 + 1;

/**
 * Tests what pages of the change feed read, in a database that `fillMillion` has filled for the tenant of each test.
 */
export function changePlans(haven: Haven): void {
  it.each(['', '&collection=orders', '&collection=returns'])(
    'a page reads only its own changes among a million, wherever it starts: %s',
    async (parameters) => {
      const [{ end }] = (await haven.sql('SELECT seq::integer AS end FROM haven.feed_heads WHERE tenant_id = $1', [
        haven.tenant,
      ])) as [{ end: number }];
      for (const seq of [0, 1, MILLION / 2, end - 30, end]) {
        const after = haven.app
          .get(FeedCursors, { strict: false })
          .seal({ tenantId: haven.tenant, actor: '', traceId: '', access: Access.full }, seq);
        const cost = await costOf(haven, async () => {
          const { status, body } = await haven.rest('GET', `/changes?after=${after}${parameters}`);
          expect(status, JSON.stringify(body)).toBe(200);
          if (seq <= MILLION / 2) expect(body).toMatchObject({ items: { length: 20 }, hasMore: true });
        });
        expect(cost.scanned.filter((table) => table !== 'collections')).toEqual([]);
        expect(cost.read).toBeLessThanOrEqual(READ_CHANGES);
        expect(cost.buffers).toBeLessThan(400);
        expect(cost.indexes).toContain(parameters === '' ? 'feed_pkey' : 'feed_collection');
      }
    },
  );

  it('a page with a filter reads at most the changes that a request examines, and their previous versions', async () => {
    const filter = encodeURIComponent('{"number":-1}');
    const cost = await costOf(haven, async () => {
      const { body } = await haven.rest('GET', `/changes?after=earliest&filter=${filter}`);
      expect(body).toMatchObject({ items: [], hasMore: true });
    });
    expect(cost.read).toBeLessThanOrEqual(2 * 2_020);
    expect(cost.scanned.filter((table) => table !== 'collections')).toEqual([]);
  });

  it('a record with a long history costs as much as others', async () => {
    const filter = encodeURIComponent('{"number":{"_gt":0}}');
    const cost = await costOf(haven, async () => {
      const { body } = await haven.rest('GET', `/changes?after=earliest&collection=orders&filter=${filter}`);
      expect(body).toMatchObject({ items: { length: 20 }, hasMore: true });
    });
    expect(cost.read).toBeLessThanOrEqual(2 * 101);
  });
}
