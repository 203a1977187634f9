import { beforeEach, expect, it, vi } from 'vitest';

import { MaintenanceScheduler } from '@haven/events';

import { startHaven } from '../support/haven.js';
import { statementsOf } from '../support/statements.js';
import type { SentStatement } from '../support/statements.js';

const haven = startHaven();
const FILMS = '/collections/films/records';

/**
 * Returns the statements with which an operator would partition the events by tenant. The existing table becomes the
 * default partition.
 */
const PARTITION = (tenant: string) => `
BEGIN;
LOCK haven.events;
ALTER TABLE haven.events RENAME TO events_others;
ALTER INDEX haven.events_pkey RENAME TO events_others_pkey;
ALTER INDEX haven.events_position RENAME TO events_others_position;
CREATE TABLE haven.events (LIKE haven.events_others INCLUDING DEFAULTS) PARTITION BY LIST (tenant_id);
ALTER TABLE haven.events ALTER position ADD GENERATED ALWAYS AS IDENTITY;
SELECT setval(pg_get_serial_sequence('haven.events', 'position'), max(position)) FROM haven.events_others;
ALTER TABLE haven.events_others ALTER position DROP IDENTITY;
ALTER TABLE haven.events ADD PRIMARY KEY (tenant_id, collection_id, record_id, version);
CREATE INDEX events_position ON haven.events (position);
ALTER TABLE haven.events ENABLE ROW LEVEL SECURITY;
ALTER TABLE haven.events FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON haven.events TO haven_runtime
  USING (tenant_id = haven.current_tenant()) WITH CHECK (tenant_id = haven.current_tenant());
CREATE POLICY upkeep ON haven.events TO haven_upkeep
  USING (tenant_id = haven.current_tenant()) WITH CHECK (tenant_id = haven.current_tenant());
CREATE POLICY reader ON haven.events FOR SELECT TO haven_reader USING (true);
GRANT SELECT, INSERT ON haven.events TO haven_runtime;
GRANT SELECT, UPDATE (data), DELETE ON haven.events TO haven_upkeep;
GRANT SELECT (position, tenant_id, collection_id, record_id, version) ON haven.events TO haven_reader;
CREATE OR REPLACE VIEW haven.event_positions AS SELECT position, tenant_id, collection_id, record_id, version FROM haven.events;
CREATE TABLE haven.events_of_one PARTITION OF haven.events FOR VALUES IN ('${tenant}');
ALTER TABLE haven.events ATTACH PARTITION haven.events_others DEFAULT;
COMMIT`;

const PARTITIONS = ['events_of_one', 'events_others'];

const sealed = (count: number) =>
  vi.waitFor(
    async () =>
      expect(await haven.sql('SELECT FROM haven.feed WHERE tenant_id = $1', [haven.tenant])).toHaveLength(count),
    { timeout: 10_000 },
  );

interface Node {
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Loops': number;
  Plans?: Node[];
}

/**
 * Returns the partitions that a statement reads when it runs as Haven sends it. Pruned partitions are not in the plan
 * or were never executed.
 */
async function partitionsOf({ text, values }: SentStatement): Promise<string[]> {
  await haven.sql('BEGIN');
  await haven.sql('SET LOCAL ROLE haven_runtime');
  await haven.sql("SELECT set_config('haven.tenant', $1, true)", [haven.tenant]);
  const [row] = await haven.sql(`EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, values);
  await haven.sql('ROLLBACK');
  const nodes = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodes)];
  const ran = nodes(row['QUERY PLAN'][0].Plan).filter((node) => node['Actual Loops'] > 0);
  return [...new Set(ran.map((node) => node['Relation Name'] ?? ''))].filter((name) => PARTITIONS.includes(name));
}

const ofEvents = ({ text }: SentStatement): boolean => /\bhaven\.events\b/.test(text);

beforeEach(async () => {
  await haven.rest('POST', '/collections', { name: 'films' });
});

it('works with events in partitions, and each request reads the partition of its tenant', async () => {
  const { body: before } = await haven.rest('POST', FILMS, { data: { n: 1 } });
  await sealed(1);
  const others = haven.tenant;
  haven.tenant = '11111111-1111-4111-8111-111111111111';
  await haven.sql(PARTITION(haven.tenant));

  await haven.rest('POST', '/collections', { name: 'films' });
  const { body: made } = await haven.rest('POST', FILMS, { data: { n: 1 } });
  await haven.rest('PATCH', `${FILMS}/${made.id}`, { data: { n: 2 } });
  await sealed(2);
  haven.tenant = others;
  const patched = await haven.rest('PATCH', `${FILMS}/${before.id}`, { data: { n: 2 } });
  expect(patched.body).toMatchObject({ version: 2, data: { n: 2 } });
  await sealed(2);

  for (const [tenant, id, partition] of [
    [others, before.id, 'events_others'],
    ['11111111-1111-4111-8111-111111111111', made.id, 'events_of_one'],
  ] as const) {
    haven.tenant = tenant;
    expect((await haven.rest('GET', `${FILMS}/${id}/history`)).body.items).toHaveLength(2);
    const statements = await statementsOf(async () => {
      await haven.rest('GET', `${FILMS}/${id}/history`);
    });
    for (const statement of statements.filter(ofEvents)) expect(await partitionsOf(statement)).toEqual([partition]);
    expect(statements.filter(ofEvents).length).toBeGreaterThan(0);
    const [{ positions }] = await haven.sql(
      'SELECT array_agg(position) AS positions FROM haven.events WHERE tenant_id = $1',
      [tenant],
    );
    expect(await partitionsOf({ text: OF_POSITIONS, values: [positions] })).toEqual([partition]);
    expect(await partitionsOf({ text: OF_FEED, values: [] })).toEqual([partition]);
    expect(
      await haven.sql(
        'SELECT DISTINCT relname AS name FROM haven.events AS e JOIN pg_class ON pg_class.oid = e.tableoid WHERE tenant_id = $1',
        [tenant],
      ),
    ).toEqual([{ name: partition }]);
  }

  await haven.rest('PATCH', '/collections/films', { history: { keep: 1 } });
  await haven.app.get(MaintenanceScheduler, { strict: false }).runAll();
  expect((await haven.rest('GET', `${FILMS}/${made.id}/history`)).body.items).toMatchObject([{ version: 2 }]);
  expect((await haven.rest('POST', `${FILMS}/${made.id}/erase`)).status).toBe(204);
  expect((await haven.rest('GET', `${FILMS}/${made.id}/history`)).body.items).toMatchObject([
    { version: 3, type: 'record.erased', data: null },
    { version: 2, data: null },
  ]);
});

/**
 * Queries for events by their positions, as the sequencer runs them, and by sequence number, as readers of the feed do.
 */
const OF_POSITIONS = `
SELECT e.data FROM haven.events AS e
JOIN haven.collections AS c ON c.tenant_id = e.tenant_id AND c.id = e.collection_id
WHERE e.position = ANY($1::bigint[]) ORDER BY e.position`;
const OF_FEED = `
SELECT f.seq, e.data FROM haven.feed AS f
JOIN haven.events AS e ON e.tenant_id = f.tenant_id AND e.collection_id = f.collection_id
  AND e.record_id = f.record_id AND e.version = f.version
WHERE f.tenant_id = haven.current_tenant() AND f.seq > 0 ORDER BY f.seq LIMIT 100`;
