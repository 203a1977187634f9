import { randomUUID } from 'node:crypto';

import { beforeAll, beforeEach, expect, it } from 'vitest';

import { Access } from '@haven/kernel';
import { FeedCursors } from '@haven/events';

import { startHaven } from '../support/haven.js';
import { costOf } from '../support/plans.js';

const haven = startHaven(['database.statementTimeout=60s']);
const MILLION = 1_000_000;
/** The page, and the change that tells whether there is another. */
const LOOKED_AT = 20 + 1;

let tenant: string;

/** One change in ten is of the second collection; every other record is changed once, right after it was made. */
const EVENTS = `
INSERT INTO haven.events (tenant_id, collection_id, record_id, version, type, data, actor, trace_id, created_at, at)
SELECT $1::uuid, CASE WHEN g / 2 % 10 = 0 THEN $3::integer ELSE $2::integer END, ('00000000-0000-7000-8000-' || lpad(to_hex(g / 2), 12, '0'))::uuid, g % 2 + 1,
  CASE g % 2 WHEN 0 THEN 'record.created' ELSE 'record.updated' END, jsonb_build_object('number', g), 'tester', '', now(), now()
FROM generate_series(0, ${MILLION - 1}) AS g`;

/** One record of the third collection that changed very often. */
const VERSIONS = 20_000;
const HOT = `
INSERT INTO haven.events (tenant_id, collection_id, record_id, version, type, data, actor, trace_id, created_at, at)
SELECT $1::uuid, $2::integer, '00000000-0000-7000-8000-000000000000', g, 'record.updated', jsonb_build_object('number', g), 'tester', '', now(), now()
FROM generate_series(1, ${VERSIONS}) AS g`;

const FEED = `
INSERT INTO haven.feed (tenant_id, seq, collection_id, record_id, version, hash)
SELECT tenant_id, row_number() OVER (ORDER BY position), collection_id, record_id, version, ''
FROM haven.events WHERE tenant_id = $1`;

beforeAll(async () => {
  haven.tenant = tenant = randomUUID();
  for (const name of ['orders', 'returns', 'hot']) await haven.rest('POST', '/collections', { name });
  const ids = (await haven.sql('SELECT id FROM haven.collections WHERE tenant_id = $1 ORDER BY id', [tenant])).map(
    ({ id }) => id,
  );
  // In one transaction with the sequencer's progress, for which there is nothing left to do.
  await haven.sql('BEGIN');
  await haven.sql('SET LOCAL synchronous_commit = off');
  await haven.sql(EVENTS, [tenant, ...ids.slice(0, 2)]);
  await haven.sql(HOT, [tenant, ids[2]]);
  await haven.sql(FEED, [tenant]);
  await haven.sql('INSERT INTO haven.feed_heads (tenant_id, seq) VALUES ($1, $2)', [tenant, MILLION + VERSIONS]);
  await haven.sql('UPDATE haven.sequencer SET watermark = (SELECT max(position) FROM haven.events)');
  await haven.sql('COMMIT');
  await haven.sql('ANALYZE haven.events, haven.feed, haven.collections');
}, 600_000);

beforeEach(() => {
  haven.tenant = tenant;
});

it.each(['', '&collection=orders', '&collection=returns'])(
  'a page reads what is on it among a million, wherever it begins: %s',
  async (parameters) => {
    for (const seq of [0, 1, MILLION / 2, MILLION - 30, MILLION]) {
      const after = haven.app
        .get(FeedCursors, { strict: false })
        .seal({ tenantId: tenant, actor: '', traceId: '', access: Access.full }, seq);
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
    const { body } = await haven.rest('GET', `/changes?after=earliest&collection=hot&filter=${filter}`);
    expect(body).toMatchObject({ items: { length: 20 }, hasMore: true });
  });
  expect(cost.read).toBeLessThanOrEqual(2 * 101);
});
