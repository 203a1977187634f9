import { expect, it } from 'vitest';

import { Access } from '@haven/kernel';
import { FeedCursors } from '@haven/events';

import type { Haven } from '../support/haven.js';
import { MILLION } from './million-records.js';
import { costOf } from './statement-cost.js';

/** The page, and the change that tells whether there is another. */
const LOOKED_AT = 20 + 1;

/** What pages of the change feed read, on a database that `fillMillion` has filled for the tenant of each test. */
export function changePlans(haven: Haven): void {
  it.each(['', '&collection=orders', '&collection=returns'])(
    'a page reads what is on it among a million, wherever it begins: %s',
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
        expect(cost.read).toBeLessThanOrEqual(LOOKED_AT);
        expect(cost.buffers).toBeLessThan(400);
        expect(cost.indexes).toContain(parameters === '' ? 'feed_pkey' : 'feed_collection');
      }
    },
  );

  it('a page with a filter reads at most what a request goes through, and the versions before', async () => {
    const filter = encodeURIComponent('{"number":-1}');
    const cost = await costOf(haven, async () => {
      const { body } = await haven.rest('GET', `/changes?after=earliest&filter=${filter}`);
      expect(body).toMatchObject({ items: [], hasMore: true });
    });
    expect(cost.read).toBeLessThanOrEqual(2 * 2_020);
    expect(cost.scanned.filter((table) => table !== 'collections')).toEqual([]);
  });

  it('a record with a long history costs no more than others', async () => {
    const filter = encodeURIComponent('{"number":{"_gt":0}}');
    const cost = await costOf(haven, async () => {
      const { body } = await haven.rest('GET', `/changes?after=earliest&collection=orders&filter=${filter}`);
      expect(body).toMatchObject({ items: { length: 20 }, hasMore: true });
    });
    expect(cost.read).toBeLessThanOrEqual(2 * 101);
  });
}
