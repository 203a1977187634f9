import { randomUUID } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { DatabaseClient, runtimeConnection } from '@haven/database';
import { MaintenanceScheduler } from '@haven/events';

import { verify } from '../../src/verify.js';
import { startHaven, testConfig } from '../support/haven.js';
import { at } from '../support/process.js';

const haven = startHaven(['audit.checkpointInterval=24h', 'upkeep.interval=24h']);
const FILMS = '/collections/films/records';

const own = (text: string, ...values: unknown[]) => haven.sql(text, [haven.tenant, ...values]);
const runMaintenance = () => haven.app.get(MaintenanceScheduler, { strict: false }).runAll();
const settings = async (history: unknown) =>
  expect((await haven.rest('PATCH', '/collections/films', { history })).status).toBe(200);

const sealed = (count: number) =>
  vi.waitFor(async () => expect(await own('SELECT FROM haven.feed WHERE tenant_id = $1')).toHaveLength(count), {
    timeout: 10_000,
  });

/** Creates a record with `count` versions. */
async function versions(count: number): Promise<string> {
  const id = randomUUID();
  for (let n = 1; n <= count; n++) await haven.rest('PUT', `${FILMS}/${id}`, { data: { n, secret: `alpha-${n}` } });
  return id;
}

const kept = async (id: string): Promise<number[]> =>
  (await own('SELECT version FROM haven.events WHERE tenant_id = $1 AND record_id = $2 ORDER BY version', id)).map(
    ({ version }) => version,
  );

/** Sets the time of a version to `ago` before now. */
const age = (id: string, version: number, ago: string) =>
  own(
    'UPDATE haven.events SET at = now() - $4::interval WHERE tenant_id = $1 AND record_id = $2 AND version = $3',
    id,
    version,
    ago,
  );

/** Returns how many sequencers have read events and wait for the lock on the tenant's feed. */
const waitingLeaders = async (): Promise<number> => {
  await haven.sql('SELECT pg_stat_clear_snapshot()'); // otherwise a transaction always sees its first snapshot
  const [row] = await haven.sql(
    `SELECT count(*)::integer AS count FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'haven-leader' AND wait_event_type = 'Lock'`,
  );
  return row.count;
};

const verified = () =>
  verify(testConfig([`database.url=${at(haven.address).DATABASE_URL}`]), {
    tenant: haven.tenant,
    audit: true,
    exported: [],
  });

beforeEach(async () => {
  await haven.rest('POST', '/collections', { name: 'films' });
});

/** Ends the transaction of a test that failed, so that it does not block the next test. */
afterEach(async () => {
  await haven.sql('ROLLBACK');
});

describe('the history of a collection', () => {
  it('is kept completely by default', async () => {
    const id = await versions(4);
    await sealed(4);
    await runMaintenance();
    expect(await kept(id)).toEqual([1, 2, 3, 4]);
    expect((await haven.rest('GET', '/collections/films')).body.history).toBeNull();
  });

  it('is limited to a number of newest versions by `keep`', async () => {
    const [one, two] = [await versions(5), await versions(2)];
    await sealed(7);
    await settings({ keep: 3 });
    await runMaintenance();
    expect([await kept(one), await kept(two)]).toEqual([
      [3, 4, 5],
      [1, 2],
    ]);
    expect((await haven.rest('GET', `${FILMS}/${one}/history`)).body.items).toHaveLength(3);
    await haven.rest('PUT', `${FILMS}/${one}`, { data: {} });
    await haven.rest('DELETE', `${FILMS}/${two}`);
    await sealed(9);
    await runMaintenance();
    expect([await kept(one), await kept(two)]).toEqual([
      [4, 5, 6],
      [1, 2, 3],
    ]);
  });

  it('is limited by age by `for`, but always includes the newest version', async () => {
    const id = await versions(4);
    await sealed(4);
    await age(id, 1, '4 hours');
    await age(id, 2, '3 hours');
    await age(id, 3, '2 hours');
    await settings({ for: '90m' });
    await runMaintenance();
    expect(await kept(id)).toEqual([3, 4]);
    await age(id, 4, '100 minutes');
    await runMaintenance();
    await runMaintenance();
    expect(await kept(id)).toEqual([4]);
  });

  it('loses a version only if both limits are exceeded', async () => {
    const id = await versions(5);
    await sealed(5);
    for (const version of [1, 2, 3, 4, 5]) await age(id, version, `${20 - version} days`);
    await settings({ keep: 2, for: '17d' });
    await runMaintenance();
    expect(await kept(id)).toEqual([3, 4, 5]);
    await settings({ keep: 4, for: '1d' });
    await runMaintenance();
    expect(await kept(id)).toEqual([3, 4, 5]);
    await settings({ keep: 2, for: '1d' });
    await runMaintenance();
    expect(await kept(id)).toEqual([4, 5]);
  });

  it('records up to where it was pruned', async () => {
    const id = await versions(3);
    await sealed(3);
    await settings({ keep: 2 });
    await runMaintenance();
    const [line] = await own(
      'SELECT pruned_through, pruned_before, prune_position FROM haven.collections WHERE tenant_id = $1',
    );
    const [event] = await own(
      'SELECT at FROM haven.events WHERE tenant_id = $1 AND record_id = $2 AND version = 2',
      id,
    );
    expect(line).toEqual({ pruned_through: '2', pruned_before: event.at, prune_position: '3' });
  });

  it('is pruned again from the start after a change of the setting, and no more after its removal', async () => {
    const id = await versions(4);
    await sealed(4);
    await settings({ keep: 3 });
    await runMaintenance();
    await settings({ keep: 2 });
    expect(await own('SELECT prune_position FROM haven.collections WHERE tenant_id = $1')).toEqual([
      { prune_position: '0' },
    ]);
    await settings(null);
    await runMaintenance();
    expect(await kept(id)).toEqual([2, 3, 4]);
    await settings({ keep: 2 });
    await runMaintenance();
    expect(await kept(id)).toEqual([3, 4]);
  });

  it('is pruned in several transactions if it is long', async () => {
    const [{ id: collection }] = await own('SELECT id FROM haven.collections WHERE tenant_id = $1');
    const lines = Array.from({ length: 1_200 }, (_, n) => `{"id":"${uuid(n)}","data":{"n":0}}\n`).join('');
    for (const again of [lines, lines]) {
      await haven.rest('POST', '/collections/films/import?shape=record', again, {
        'content-type': 'application/x-ndjson',
      });
    }
    await sealed(2_400);
    await settings({ keep: 1 });
    await runMaintenance();
    const left = await own(
      'SELECT min(version), max(version), count(*)::integer FROM haven.events WHERE tenant_id = $1 AND collection_id = $2',
      collection,
    );
    expect(left).toEqual([{ min: 2, max: 2, count: 1_200 }]);
    expect(await verified()).toMatchObject({ sound: true });
  });

  it('keeps the hashes that prove the remaining events', async () => {
    await versions(5);
    await sealed(5);
    await runMaintenance();
    await settings({ keep: 2 });
    await runMaintenance();
    expect(await own('SELECT seq FROM haven.feed WHERE tenant_id = $1 AND salt IS NULL ORDER BY seq')).toHaveLength(3);
    expect(await verified()).toEqual({
      sound: true,
      text: `Rows and events agree: 1 tenants, 1 records, 2 events.
Seals and checkpoints are valid: 5 events (0 erased, 3 pruned), 1 checkpoints; 0 events are not sealed yet.`,
    });
    await own("UPDATE haven.events SET actor = 'x' WHERE tenant_id = $1 AND version = 4");
    expect((await verified()).text).toContain('event 4 was altered');
    await own('DELETE FROM haven.events WHERE tenant_id = $1 AND version = 4');
    expect((await verified()).text).toContain('event 4 was removed');
  });

  it('cannot be changed or deleted directly by the runtime role', async () => {
    await versions(1);
    const options = { ...runtimeConnection(haven.address, testConfig()), pipeline: false };
    const client = new DatabaseClient(options);
    await client.connect();
    try {
      for (const change of [
        'DELETE FROM haven.events',
        'UPDATE haven.events SET data = NULL',
        'DELETE FROM haven.feed',
        'UPDATE haven.feed SET salt = NULL',
        'DELETE FROM haven.records',
        'UPDATE haven.checkpoints SET number = 1',
      ]) {
        await expect(client.query(change)).rejects.toMatchObject({ code: '42501' });
      }
      const [[collection]] = [await own('SELECT id FROM haven.collections WHERE tenant_id = $1')];
      await client.query("SELECT set_config('haven.tenant', $1, false)", [randomUUID()]);
      const { rows } = await client.query('SELECT haven.prune_history($1, 10) AS more', [collection.id]);
      expect(rows).toEqual([{ more: false }]);
    } finally {
      await client.end();
    }
  });
});

describe('erasing a record', () => {
  /** Returns the tables that contain the text. */
  async function tablesWith(text: string): Promise<string[]> {
    const tables = await haven.sql<{ name: string }>(
      `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
       WHERE table_schema IN ('haven', 'public') AND table_type = 'BASE TABLE'`,
    );
    const found: string[] = [];
    for (const { name } of tables) {
      const rows = await haven.sql(`SELECT FROM ${name} AS t WHERE to_jsonb(t)::text LIKE $1 LIMIT 1`, [`%${text}%`]);
      if (rows.length > 0) found.push(name);
    }
    return found;
  }

  it.each(['REST', 'GraphQL'])('removes all its data, by %s', async (api) => {
    const id = await versions(3);
    await sealed(3);
    expect(await tablesWith('alpha-')).toEqual(expect.arrayContaining(['haven.events', 'haven.records']));
    if (api === 'REST') expect((await haven.rest('POST', `${FILMS}/${id}/erase`)).status).toBe(204);
    else {
      const { body } = await haven.graphql(
        `mutation { eraseRecord(collection: "films", id: "${id}", expectedVersion: 3) }`,
      );
      expect(body.data).toEqual({ eraseRecord: true });
    }
    await sealed(4);
    const left = await own(`SELECT FROM haven.events WHERE tenant_id = $1 AND data IS NOT NULL
      UNION ALL SELECT FROM haven.records WHERE tenant_id = $1 AND data IS NOT NULL
      UNION ALL SELECT FROM haven.feed WHERE tenant_id = $1 AND salt IS NOT NULL`);
    expect(left).toEqual([]);
    expect((await haven.rest('GET', `${FILMS}/${id}`)).status).toBe(404);
    const { items } = (await haven.rest('GET', `${FILMS}/${id}/history`)).body;
    expect(items.map(({ version, type, data }: any) => [version, type, data])).toEqual([
      [4, 'record.erased', null],
      [3, 'record.updated', null],
      [2, 'record.updated', null],
      [1, 'record.created', null],
    ]);
    expect(JSON.stringify(items)).not.toContain('alpha');
    expect(await verified()).toEqual({
      sound: true,
      text: `Rows and events agree: 1 tenants, 1 records, 4 events.
Seals and checkpoints are valid: 4 events (3 erased, 0 pruned), 0 checkpoints; 0 events are not sealed yet.`,
    });
  });

  it('leaves its data in no table', async () => {
    const id = randomUUID();
    const secret = `secret-${randomUUID()}`;
    await haven.rest('PUT', `${FILMS}/${id}`, { data: { secret } });
    await haven.rest('DELETE', `${FILMS}/${id}`);
    await haven.rest('POST', `${FILMS}/${id}/erase`);
    await sealed(3);
    expect(await tablesWith(secret)).toEqual([]);
  });

  it('can be repeated, works on deleted records, and is NOT_FOUND for others', async () => {
    const id = await versions(2);
    await haven.rest('DELETE', `${FILMS}/${id}`);
    expect((await haven.rest('POST', `${FILMS}/${id}/erase`)).status).toBe(204);
    expect((await haven.rest('POST', `${FILMS}/${id}/erase`)).status).toBe(204);
    expect(await kept(id)).toEqual([1, 2, 3, 4]);
    expect((await haven.rest('POST', `${FILMS}/${randomUUID()}/erase`)).body).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is rejected with a body or a parameter, which it would ignore', async () => {
    const id = await versions(2);
    const refused = { status: 422, body: { code: 'VALIDATION_FAILED' } };
    expect(await haven.rest('POST', `${FILMS}/${id}/erase`, { expectedVersion: 9 })).toMatchObject(refused);
    for (const [method, path] of [
      ['POST', `${FILMS}/${id}/erase?expectedVersion=9`],
      ['DELETE', `${FILMS}/${id}?expectedVersion=9`],
    ] as const)
      expect(await haven.rest(method, path)).toMatchObject(refused);
    expect(await kept(id)).toEqual([1, 2]);
  });

  it('respects preconditions', async () => {
    const id = await versions(2);
    const erase = (headers = {}) => haven.rest('POST', `${FILMS}/${id}/erase`, undefined, headers);
    expect((await erase({ 'if-match': '"1"' })).body).toMatchObject({ code: 'VERSION_CONFLICT', current: 2 });
    await haven.rest('PATCH', '/collections/films', { requirePrecondition: true });
    expect((await erase()).body).toMatchObject({ code: 'PRECONDITION_REQUIRED' });
    expect((await erase({ 'if-match': '"2"' })).status).toBe(204);
  });

  it('allows the id to be used again, with the next version', async () => {
    const id = await versions(1);
    await haven.rest('POST', `${FILMS}/${id}/erase`);
    const made = await haven.rest('POST', FILMS, { id, data: { n: 'new' } });
    expect(made.body).toMatchObject({ version: 3, data: { n: 'new' } });
    await sealed(3);
    expect(await verified()).toMatchObject({ sound: true });
  });

  it('removes data of a version that is just being sealed', async () => {
    const id = await versions(1);
    await sealed(1);
    await haven.sql('BEGIN');
    await own('SELECT FROM haven.feed_heads WHERE tenant_id = $1 FOR UPDATE');
    await haven.rest('PUT', `${FILMS}/${id}`, { data: { secret: 'alpha' } });
    await vi.waitFor(async () => expect(await waitingLeaders()).toBe(1), { timeout: 10_000 });
    await haven.rest('POST', `${FILMS}/${id}/erase`);
    await haven.sql('COMMIT');
    await sealed(3);
    const lines = await own(
      'SELECT salt, digest IS NOT NULL AS digested FROM haven.feed WHERE tenant_id = $1 ORDER BY seq',
    );
    expect(lines).toEqual([
      { salt: null, digested: true },
      { salt: null, digested: true },
      { salt: null, digested: false },
    ]);
    expect(await verified()).toMatchObject({ sound: true });
  });

  it('removes data of a version that is not sealed yet', async () => {
    const id = await versions(1);
    await sealed(1);
    await haven.sql('BEGIN');
    await own('SELECT FROM haven.feed_heads WHERE tenant_id = $1 FOR UPDATE');
    await haven.rest('POST', FILMS, { data: {} });
    await vi.waitFor(async () => expect(await waitingLeaders()).toBe(1), { timeout: 10_000 });
    await haven.rest('PUT', `${FILMS}/${id}`, { data: { secret: 'alpha' } });
    await haven.rest('POST', `${FILMS}/${id}/erase`);
    await haven.sql('COMMIT');
    await sealed(4);
    const lines = await own('SELECT digest IS NOT NULL AS digested FROM haven.feed WHERE tenant_id = $1 ORDER BY seq');
    expect(lines.map(({ digested }) => digested)).toEqual([true, true, false, false]);
    expect(await verified()).toMatchObject({ sound: true });
  });

  it('does not hide that a later document was removed', async () => {
    const id = await versions(1);
    await haven.rest('POST', `${FILMS}/${id}/erase`);
    await haven.rest('POST', FILMS, { id, data: {} });
    await sealed(3);
    await own('UPDATE haven.events SET data = NULL WHERE tenant_id = $1 AND version = 3');
    await own('UPDATE haven.records SET data = NULL WHERE tenant_id = $1');
    expect((await verified()).text).toContain('event 3 was altered');
  });
});

function uuid(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
}
