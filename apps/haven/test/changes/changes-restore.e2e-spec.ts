import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';
import { expect, it, onTestFinished, vi } from 'vitest';

import { migrate } from '@haven/database';
import { EmbeddedPostgres, ensureDatabase } from '@haven/embedded-postgres';

import { migrations } from '../../src/migrations/index.js';
import { secondHaven, startHaven } from '../support/haven.js';

const haven = startHaven();

/** The tables of a dump: ordinary tables, including partitions, but no views. */
const TABLES = "SELECT relname AS name FROM pg_class WHERE relnamespace = 'haven'::regnamespace AND relkind = 'r'";

const SEQUENCES = `SELECT format('haven.%I', sequencename) AS name, last_value AS value FROM pg_sequences
  WHERE schemaname = 'haven' AND last_value IS NOT NULL`;

/** Copies everything to another database as a dump and restore would: rows and sequences, but not transaction ids. */
async function restore(target: pg.Client): Promise<void> {
  const tables = (await haven.sql(TABLES)).map(({ name }) => `haven.${name}`);
  await target.query("SET haven.index_entries = 'written'"); // a dump creates triggers after the rows
  await target.query(`TRUNCATE ${tables.join(', ')}`);
  for (const table of tables) {
    const [{ rows }] = await haven.sql(`SELECT json_agg(t)::text AS rows FROM ${table} AS t`);
    await target.query(
      `INSERT INTO ${table} OVERRIDING SYSTEM VALUE SELECT * FROM json_populate_recordset(NULL::${table}, $1)`,
      [rows ?? '[]'],
    );
  }
  for (const { name, value } of await haven.sql(SEQUENCES)) await target.query('SELECT setval($1, $2)', [name, value]);
}

/** Starts a new cluster with an empty Haven, whose transaction ids start from the beginning. */
async function newCluster(): Promise<{ address: Awaited<ReturnType<typeof ensureDatabase>>; client: pg.Client }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'haven-restored-'));
  const server = await EmbeddedPostgres.start({ dataDir });
  onTestFinished(async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  });
  const address = await ensureDatabase(server.connection, 'haven');
  await migrate(address, migrations);
  const client = new pg.Client(address);
  await client.connect();
  onTestFinished(() => client.end());
  return { address, client };
}

it('accepts cursors from before in a cluster restored from a dump', { timeout: 180_000 }, async () => {
  await haven.rest('POST', '/collections', { name: 'films' });
  const written: string[] = [];
  const create = async (url: string): Promise<void> => {
    const response = await fetch(`${url}/api/v1/collections/films/records`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-test-tenant': haven.tenant },
      body: '{"data":{}}',
    });
    written.push((await response.json()).id);
  };
  const changes = async (url: string, after: string): Promise<any> =>
    (
      await fetch(`${url}/api/v1/changes?limit=500&after=${after}`, { headers: { 'x-test-tenant': haven.tenant } })
    ).json();
  const inFeed = (url: string, count: number): Promise<any> =>
    vi.waitFor(
      async () => {
        const page = await changes(url, 'earliest');
        expect(page.items).toHaveLength(count);
        return page;
      },
      { timeout: 30_000, interval: 50 },
    );

  for (let n = 0; n < 5; n++) await create(haven.url);
  const { items } = await inFeed(haven.url, 5);
  const cursor = items[2].cursor;
  // The sequencer waits for this transaction, which runs during the dump. The dump does not contain its events.
  const running = new pg.Client('url' in haven.address ? { connectionString: haven.address.url } : haven.address);
  await running.connect();
  onTestFinished(() => running.end());
  await running.query('BEGIN');
  await running.query(
    `INSERT INTO haven.events (tenant_id, collection_id, record_id, version, type, data, actor, trace_id, created_at, at)
     SELECT tenant_id, collection_id, gen_random_uuid(), 1, type, data, actor, trace_id, created_at, at
     FROM haven.events WHERE tenant_id = $1`,
    [haven.tenant],
  );
  for (let n = 0; n < 5; n++) await create(haven.url);
  await inFeed(haven.url, 10);
  const [before] = await haven.sql('SELECT mark_xid::text AS mark, done::text FROM haven.sequencer');
  expect(before.done).not.toBe('{}');
  expect(Number(before.mark)).toBeGreaterThan(0);

  const { address, client } = await newCluster();
  await restore(client);
  const restored = await secondHaven({ ...haven, address });
  onTestFinished(() => restored.app.close());
  for (let n = 0; n < 5; n++) await create(restored.url);
  await inFeed(restored.url, 15);
  const { items: after } = await changes(restored.url, cursor);
  expect(after.map(({ recordId }: any) => recordId)).toEqual(written.slice(3));
  const [progress] = (await client.query('SELECT done::text FROM haven.sequencer')).rows;
  await vi.waitFor(async () => {
    await create(restored.url); // each round sequences a few more events
    const [{ done }] = (await client.query('SELECT done::text FROM haven.sequencer')).rows;
    expect(done, progress.done).toBe('{}');
  }, 30_000);
  await running.query('ROLLBACK');
});
