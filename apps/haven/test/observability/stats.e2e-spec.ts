import { randomUUID } from 'node:crypto';

import { beforeEach, describe, expect, it, vi } from 'vitest';

import { MaintenanceScheduler } from '@haven/events';
import type { Scope } from '@haven/kernel';

import { ActivityWriter } from '../../../../libs/stats/src/infrastructure/activity-writer.js';
import { RequestStats1764610000000 } from '../../src/migrations/1764610000000-request-stats.js';
import { secondHaven, startHaven } from '../support/haven.js';

const OPERATOR = `hvn_${'0'.repeat(16)}_${'a'.repeat(64)}`;
const haven = startHaven([`auth.operatorKey=${OPERATOR}`]);
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const films = '/collections/films';
/** Longer than the interval at which processes store their counts. */
const WAIT = { timeout: 20_000, interval: 50 };

/** The quantiles of a time in which nothing was measured. */
const NONE = { p50: null, p95: null, p99: null };

const writeCounts = (): Promise<void> => haven.app.get(ActivityWriter, { strict: false }).write();
const stats = async (): Promise<any> => (await haven.rest('GET', '/stats')).body;
const store = (minutesAgo: number, counts: object) =>
  haven.sql(
    `INSERT INTO haven.tenant_activity (tenant_id, minute, counts)
     VALUES ($1, date_trunc('minute', now()) - make_interval(mins => $2), $3)`,
    [haven.tenant, minutesAgo, counts],
  );

/** Waits until the overview matches. Requests are counted when their connection has been served, so not at once. */
async function untilStats(expected: object): Promise<any> {
  return vi.waitFor(async () => {
    await writeCounts();
    const found = await stats();
    expect(found).toMatchObject(expected);
    return found;
  }, WAIT);
}

async function keyWith(scopes: Scope[], collections?: string[]): Promise<string> {
  const body = { name: 'stats', scopes, tenant: haven.tenant, collections };
  return (await haven.rest('POST', '/api-keys', body, bearer(OPERATOR))).body.token;
}

// Keys, webhooks and overviews for operators need a tenant that exists.
beforeEach(() =>
  haven.sql("INSERT INTO haven.tenants VALUES ($1, $1::uuid::text, 'active', 1, now(), now())", [haven.tenant]),
);

describe('the overview', () => {
  it('of a tenant without data', async () => {
    const { at, requests, ...others } = await stats();
    expect(Date.parse(at)).not.toBeNaN();
    expect(others).toEqual({
      tenant: haven.tenant,
      storage: { collections: 0, records: 0, bytes: 0, largest: [] },
      feed: { entered: 0, lagMs: NONE, waiting: 0, minutes: expect.any(Array) },
      webhooks: {
        active: 0,
        disabled: 0,
        lag: 0,
        pending: 0,
        dead: 0,
        oldestPendingAt: null,
        attempts: 0,
        failures: 0,
      },
    });
    expect(requests.count).toBe(0);
    expect(requests.latencyMs).toEqual(NONE);
    const minutes = requests.minutes.map(({ minute }: any) => minute);
    expect(minutes).toHaveLength(60);
    const idle = { requests: 0, clientErrors: 0, serverErrors: 0, ...NONE };
    expect(requests.minutes).toEqual(minutes.map((minute: string) => ({ minute, ...idle })));
    expect(others.feed.minutes).toEqual(minutes.map((minute: string) => ({ minute, entered: 0, ...NONE })));
  });

  it('counts requests by API, status, error and operation', async () => {
    await haven.rest('POST', '/collections', { name: 'films' });
    await haven.rest('GET', `${films}/records/${randomUUID()}`);
    await haven.rest('GET', `${films}/records/${randomUUID()}`);
    await haven.rest('GET', '/nothing');
    await haven.rest('GET', `${films}/export`);
    await haven.graphql('{ records(collection: "films") { totalCount } }');
    await haven.graphql('mutation { createRecord(collection: "none", data: {}) { id } }');
    await haven.rest('GET', '//livez');
    const { requests } = await untilStats({
      requests: { byApi: { graphql: 2, streams: 1 }, byStatus: { clientError: 3 } },
    });
    expect(requests.byStatus).toMatchObject({ redirect: 0, clientError: 3, serverError: 0, aborted: 0 });
    expect(requests.byStatus.success).toBe(requests.count - 3);
    expect(requests.byApi.rest).toBe(requests.count - 3);
    expect(requests.errors).toEqual([{ code: 'NOT_FOUND', count: 4 }]);
    const times = new Map(
      requests.operations.map(({ api, name, requests: count, totalMs }: any) => [`${api} ${name}`, [count, totalMs]]),
    );
    expect(times.get('rest record')).toEqual([2, expect.any(Number)]);
    expect(times.get('graphql createRecord')).toEqual([1, expect.any(Number)]);
    expect(times.get('graphql records')).toEqual([1, expect.any(Number)]);
    expect(times.has('rest exportRecords')).toBe(false);
    expect(requests.latencyMs.p50).toBeGreaterThan(0);
    expect(requests.latencyMs.p99).toBeGreaterThanOrEqual(requests.latencyMs.p50);
  });

  it('is the same over GraphQL', async () => {
    await store(1, { 'api.rest': 2, 'status.2xx': 2, 'latency.12': 2, 'calls.rest a': 2, 'time.rest a': 16 });
    await store(2, { 'latency.12': 1, 'latency.24': 1, 'lag.16': 1, 'lag.36': 1 });
    // The operator's requests are not counted for this tenant, so the numbers stay the same.
    const { data } = (
      await haven.graphql(
        `query ($tenant: String) { stats(tenant: $tenant) {
        tenant storage { collections records bytes largest { tenant name records bytes } }
        requests { byApi { rest } latencyMs { p50 } operations { api name requests totalMs } errors { code count }
          byStatus { success redirect clientError serverError aborted }
          minutes { minute requests clientErrors serverErrors p50 p95 p99 } }
        feed { entered lagMs { p50 p95 p99 } waiting minutes { minute entered p50 p95 p99 } }
        webhooks { active disabled lag pending dead oldestPendingAt attempts failures }
      } }`,
        { tenant: haven.tenant },
        bearer(OPERATOR),
      )
    ).body;
    const { requests, ...others } = (
      await haven.rest('GET', `/stats?tenant=${haven.tenant}`, undefined, bearer(OPERATOR))
    ).body;
    const { byApi, latencyMs, operations, errors, byStatus, minutes } = requests;
    expect(data.stats).toEqual({
      tenant: others.tenant,
      storage: others.storage,
      feed: others.feed,
      webhooks: others.webhooks,
      requests: {
        byApi: { rest: byApi.rest },
        latencyMs: { p50: latencyMs.p50 },
        operations,
        errors,
        byStatus,
        minutes,
      },
    });
    expect(operations).toEqual([{ api: 'rest', name: 'a', requests: 2, totalMs: 16 }]);
    expect(minutes).toContainEqual(expect.objectContaining({ p50: 7.336, p95: 58.688, p99: 58.688 }));
    expect(others.feed.minutes).toContainEqual(
      expect.objectContaining({ entered: 2, p50: 14.672, p95: 469.506, p99: 469.506 }),
    );
  });

  it('covers the last 60 minutes, and older ones are deleted', async () => {
    for (const minutes of [59, 60, 62]) await store(minutes, { 'api.rest': 1, 'status.5xx': 1, 'latency.12': 1 });
    await haven.sql("INSERT INTO haven.total_activity VALUES (now() - interval '62 minutes', '{}')");
    const { requests } = await stats();
    expect(requests.byStatus.serverError).toBe(1);
    expect(requests.minutes.map((each: any) => each.serverErrors)).toEqual([1, ...Array(59).fill(0)]);
    expect(requests.minutes[0]).toMatchObject({ requests: 1, clientErrors: 0, p50: 7.336, p95: 7.336, p99: 7.336 });
    await haven.app.get(MaintenanceScheduler, { strict: false }).runAll();
    const kept = await haven.sql(
      `SELECT minute FROM haven.tenant_activity WHERE minute < now() - interval '61 minutes'
       UNION ALL SELECT minute FROM haven.total_activity WHERE minute < now() - interval '61 minutes'`,
    );
    expect(kept).toEqual([]);
  });

  it('computes the quantiles of the hour and of each minute from the counts of all processes', async () => {
    const since = new Date();
    const entries = [0, 12, 24, 36].map((bucket) => ({
      tenant: haven.tenant,
      since,
      counts: { [`latency.${bucket}`]: 25, [`lag.${bucket}`]: 25, 'api.rest': 25 },
    }));
    await haven.sql(
      'SELECT haven.add_activity(now(), jsonb_build_array(entry)) FROM jsonb_array_elements($1) AS entry',
      [JSON.stringify(entries)],
    );
    const { requests, feed } = await stats();
    const quantiles = { p50: 7.336, p95: 469.506, p99: 469.506 };
    expect(requests).toMatchObject({ count: 100, byApi: { rest: 100 }, latencyMs: quantiles });
    expect(feed).toMatchObject({ entered: 100, lagMs: quantiles });
    const withRequests = requests.minutes.filter((each: any) => each.requests > 0);
    expect(withRequests).toEqual([expect.objectContaining({ requests: 100, ...quantiles })]);
    const withEntries = feed.minutes.filter(({ entered }: any) => entered > 0);
    expect(withEntries).toEqual([{ minute: withRequests[0].minute, entered: 100, ...quantiles }]);
  });

  it('corrects the clock of the process by the clock of the database', async () => {
    const entry = { tenant: haven.tenant, since: '2001-01-01T00:00:00Z', counts: { 'api.rest': 1 } };
    const ahead = { ...entry, since: '2001-01-01T00:00:59Z' };
    await haven.sql("SELECT haven.add_activity('2001-01-01T00:00:01Z', $1)", [JSON.stringify([entry, ahead])]);
    expect((await stats()).requests.count).toBe(2);
  });

  it('stores nothing for a tenant that is being deleted', async () => {
    await haven.sql("UPDATE haven.tenants SET state = 'deleting' WHERE id = $1", [haven.tenant]);
    const entry = { tenant: haven.tenant, since: new Date(), counts: { 'api.rest': 1 } };
    await haven.sql('SELECT haven.add_activity(now(), $1)', [JSON.stringify([entry])]);
    expect(await haven.sql('SELECT FROM haven.tenant_activity WHERE tenant_id = $1', [haven.tenant])).toEqual([]);
  });

  it('counts changes in the feed, and the backlog and failures of webhooks', async () => {
    await haven.rest('POST', '/collections', { name: 'films' });
    await haven.rest('POST', '/webhooks', { url: 'http://127.0.0.1:1/' });
    await haven.rest('POST', `${films}/records`, { data: {} });
    const { feed, webhooks } = await untilStats({
      feed: { entered: 1, waiting: 0 },
      webhooks: { pending: 1, lag: 0, attempts: 1 },
    });
    expect(feed.lagMs.p99).toBeGreaterThan(0);
    expect(feed.minutes.filter(({ entered }: any) => entered > 0)).toEqual([
      { minute: expect.any(String), entered: 1, ...feed.lagMs },
    ]);
    expect(webhooks).toMatchObject({ active: 1, disabled: 0, dead: 0, attempts: 1, failures: 1 });
    expect(Date.parse(webhooks.oldestPendingAt)).not.toBeNaN();
  });

  it('lists the sizes of collections, the largest first, and drops deleted ones', async () => {
    for (const name of ['films', 'people', 'gone']) await haven.rest('POST', '/collections', { name });
    for (const n of [1, 22]) await haven.rest('POST', `${films}/records`, { data: { n } });
    await haven.rest('POST', '/collections/people/records', { data: { name: 'Ripley' } });
    await haven.rest('POST', '/collections/gone/records', { data: {} });
    await haven.rest('DELETE', '/collections/gone?cascade=true');
    const size = (name: string, records: number, bytes: number) => ({ tenant: haven.tenant, name, records, bytes });
    await untilStats({
      storage: {
        collections: 2,
        records: 3,
        bytes: '{"n": 1}{"n": 22}{"name": "Ripley"}{}'.length,
        largest: [size('people', 1, 18), size('films', 2, 17)],
      },
    });
  });
});

describe('access to the overview', () => {
  it('requires its scope', async () => {
    const key = await keyWith(['records:read']);
    const { status, body } = await haven.rest('GET', '/stats', undefined, bearer(key));
    expect([status, body.detail]).toEqual([403, 'This operation requires the scope stats:read.']);
  });

  it('shows a key that is restricted to collections only their sizes', async () => {
    for (const name of ['films', 'people']) await haven.rest('POST', '/collections', { name });
    for (const name of ['films', 'people']) await haven.rest('POST', `/collections/${name}/records`, { data: {} });
    await untilStats({ storage: { records: 2 } });
    const key = await keyWith(['stats:read'], ['films', 'none']);
    const { body } = await haven.rest('GET', '/stats', undefined, bearer(key));
    expect(body).toMatchObject({
      storage: { collections: 1, records: 1, bytes: 2, largest: [{ name: 'films' }] },
      requests: null,
      feed: null,
      webhooks: null,
    });
    const all = await haven.rest('GET', '/stats?tenant=all', undefined, bearer(key));
    expect([all.status, all.body.code]).toEqual([403, 'FORBIDDEN']);
  });

  it('of another tenant, or of all, requires an operator', async () => {
    const tenant = haven.tenant;
    const key = await keyWith(['stats:read']);
    await haven.rest('POST', '/collections', { name: 'films' });
    await haven.rest('POST', `${films}/records`, { data: {} });
    await untilStats({ storage: { records: 1 }, feed: { entered: 1 } });
    haven.tenant = randomUUID();
    expect((await haven.rest('GET', `/stats?tenant=${tenant}`, undefined, bearer(OPERATOR))).body).toMatchObject({
      tenant,
      storage: { records: 1, largest: [{ tenant, name: 'films', records: 1 }] },
      feed: { entered: 1 },
    });
    for (const unknown of [randomUUID(), 'unknown', '']) {
      const { status } = await haven.rest('GET', `/stats?tenant=${unknown}`, undefined, bearer(OPERATOR));
      expect(status, unknown).toBe(404);
    }
    expect((await haven.rest('GET', `/stats?tenant=${haven.tenant}`, undefined, bearer(key))).status).toBe(404);
    expect((await haven.rest('GET', '/stats?tenant=all', undefined, bearer(key))).status).toBe(403);
  });

  it('of all tenants adds them up, and names GraphQL operations by their kind', async () => {
    await haven.rest('GET', '/collections', undefined, bearer('hvn_unknown'));
    await haven.graphql('{ records(collection: "films") { totalCount } }');
    await haven.rest('POST', '/collections', { name: 'films' });
    await haven.rest('POST', `${films}/records`, { data: { title: 'x'.repeat(10_000) } });
    await vi.waitFor(async () => {
      await writeCounts();
      const { body } = await haven.rest('GET', '/stats?tenant=all', undefined, bearer(OPERATOR));
      expect(body.tenant).toBeNull();
      expect(body.storage.largest[0]).toMatchObject({ tenant: haven.tenant, name: 'films', records: 1 });
      const codes = body.requests.errors.map(({ code }: any) => code);
      expect(codes).toContain('UNAUTHENTICATED');
      const names = body.requests.operations.map(({ api, name }: any) => `${api} ${name}`);
      expect(names).toContain('graphql query');
      expect(names).not.toContain('graphql records');
      expect(body.webhooks.active).toBeGreaterThanOrEqual(0);
    }, WAIT);
  });
});

describe('the counts of processes', () => {
  it('are merged through the database', async () => {
    const second = await secondHaven(haven);
    try {
      const headers = { 'x-test-tenant': haven.tenant };
      for (const url of [haven.url, second.url, second.url]) await fetch(`${url}/api/v1/collections`, { headers });
      await vi.waitFor(async () => {
        const { requests } = await stats();
        const listed = requests.operations.find(({ name }: any) => name === 'collections');
        expect(listed?.requests).toBe(3);
      }, WAIT);
    } finally {
      await second.app.close();
    }
  });

  it('are stored when a process stops', async () => {
    const second = await secondHaven(haven);
    await fetch(`${second.url}/api/v1/collections`, { headers: { 'x-test-tenant': haven.tenant } });
    await second.app.close();
    expect((await stats()).requests.operations).toMatchObject([{ name: 'collections', requests: 1 }]);
  });

  it('are kept while they cannot be stored', async () => {
    const role = 'haven_runtime';
    await haven.sql(`REVOKE EXECUTE ON FUNCTION haven.add_activity(timestamptz, jsonb) FROM ${role}`);
    try {
      await haven.rest('GET', '/collections');
      await vi.waitFor(() => expect(writeCounts()).rejects.toThrow('permission denied'), WAIT);
      expect((await stats()).requests.count).toBe(0);
    } finally {
      await haven.sql(`GRANT EXECUTE ON FUNCTION haven.add_activity(timestamptz, jsonb) TO ${role}`);
    }
    await untilStats({ requests: { byStatus: { clientError: 0 } } });
    const { requests } = await stats();
    expect(requests.operations).toContainEqual(expect.objectContaining({ name: 'collections', requests: 1 }));
  });
});

describe('the migration', () => {
  it('counts what is stored, and what a leader of the previous version adds', async () => {
    await haven.rest('POST', '/collections', { name: 'films' });
    const { body } = await haven.rest('POST', `${films}/records`, { data: { n: 1 } });
    await haven.rest('PUT', `${films}/records/${body.id}`, { data: { n: 2 } });
    await haven.rest('POST', `${films}/records`, { data: { n: 3 } });
    const expected = { storage: { collections: 1, records: 2, bytes: 24 } };
    await untilStats(expected);
    const migration = new RequestStats1764610000000();
    const runner = { query: (text: string) => haven.sql(text) } as never;
    await migration.down(runner);
    await migration.up(runner);
    expect(await stats()).toMatchObject(expected);
    // The entries of a previous leader: the trigger counts them, because the session lacks `haven.index_entries`.
    await haven.sql('CREATE TEMP TABLE moved AS SELECT * FROM haven.feed WHERE tenant_id = $1', [haven.tenant]);
    await haven.sql('DELETE FROM haven.feed WHERE tenant_id = $1', [haven.tenant]);
    await haven.sql('DELETE FROM haven.collection_sizes WHERE tenant_id = $1', [haven.tenant]);
    await haven.sql('INSERT INTO haven.feed SELECT * FROM moved');
    expect(await stats()).toMatchObject(expected);
  });
});
