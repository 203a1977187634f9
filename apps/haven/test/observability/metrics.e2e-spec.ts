import { request } from 'node:http';

import * as conventions from '@opentelemetry/semantic-conventions/incubating';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { instruments, prometheusName } from '@haven/observability';

import { AdminServer } from '../../../../libs/platform/observability/src/admin-server.js';
import { openStream } from '../support/change-streams.js';
import { secondHaven, startHaven } from '../support/haven.js';
import { parseExposition } from '../support/prometheus.js';
import type { Exposition } from '../support/prometheus.js';

const haven = startHaven();

const scrape = async (url = haven.url): Promise<Exposition> => {
  const response = await fetch(`${url}/metrics`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(response.headers.get('cache-control')).toBe('no-store');
  return parseExposition(await response.text());
};

/**
 * Returns the number of events that are not in the feed yet. It is computed from the metrics of one process, which is
 * enough because no other process writes events.
 */
async function waiting(url: string): Promise<number> {
  if (url !== haven.url) return 0;
  const metrics = await scrape(url);
  return metrics.value('haven_events_appended_total') - metrics.value('haven_feed_entered_total');
}

/**
 * Checks how much counters, or the counts of histograms, increase during `act`. It waits for the expected values,
 * because a request is counted only when its connection has finished it.
 */
async function expectGain(
  act: () => Promise<unknown>,
  gains: [name: string, labels: Record<string, string>, gain: number][],
  url = haven.url,
): Promise<void> {
  await vi.waitFor(async () => expect(await waiting(url)).toBe(0), { timeout: 20_000 });
  const before = await scrape(url);
  await act();
  await vi.waitFor(
    async () => {
      const after = await scrape(url);
      for (const [name, labels, gain] of gains)
        expect(after.value(name, labels) - before.value(name, labels), `${name} ${JSON.stringify(labels)}`).toBe(gain);
    },
    { timeout: 20_000 },
  );
}

const DURATIONS = 'http_server_request_duration_seconds_count';
const RECORD = '/api/v1/collections/:collection/records/:id';

let record: string;

beforeEach(async () => {
  await haven.rest('POST', '/collections', { name: 'films' });
  record = `/collections/films/records/${(await haven.rest('POST', '/collections/films/records', { data: { n: 1 } })).body.id}`;
});

describe('/metrics', () => {
  it('is valid for Prometheus, and every family is declared', async () => {
    const { types, samples } = await scrape();
    const declared = new Map(
      instruments().map((one) => [prometheusName(one), one.kind === 'sum' ? 'gauge' : one.kind]),
    );
    for (const [family, type] of types) expect(declared.get(family), family).toBe(type);
    for (const { name, value } of samples) if (!name.includes('delay')) expect(value, name).toBeGreaterThanOrEqual(0);
  });

  it('has histograms with consistent buckets', async () => {
    const metrics = await scrape();
    const all = metrics.all('http_server_request_duration_seconds_bucket', { http_route: RECORD.replace('/:id', '') });
    const counts = all.filter(({ labels }) => labels['http_response_status_code'] === '201').map(({ value }) => value);
    expect(counts).toEqual(counts.toSorted((one, other) => one - other));
    expect(all.slice(0, 15).map(({ labels }) => labels['le'])).toEqual(
      '0.005 0.01 0.025 0.05 0.075 0.1 0.25 0.5 0.75 1 2.5 5 7.5 10 +Inf'.split(' '),
    );
    expect(counts.at(-1)).toBe(
      metrics.value(DURATIONS, { http_route: RECORD.replace('/:id', ''), http_response_status_code: '201' }),
    );
  });

  it('uses names of the semantic conventions or with its own prefix', () => {
    const known = new Set<unknown>(Object.values(conventions));
    for (const { name, labels = {} } of instruments()) {
      if (!name.startsWith('haven.')) expect(known, name).toContain(name);
      for (const label of Object.keys(labels))
        if (!label.startsWith('haven.') && label !== 'process.runtime.version') expect(known, label).toContain(label);
    }
  });

  it('describes the process, the pool and the build', async () => {
    const metrics = await scrape();
    expect(metrics.value('process_cpu_time_seconds_total')).toBeGreaterThan(0);
    expect(metrics.value('process_memory_usage_bytes')).toBeGreaterThan(10_000_000);
    expect(metrics.value('nodejs_eventloop_utilization_ratio')).toBeGreaterThan(0);
    expect(metrics.value('v8js_memory_heap_used_bytes')).toBeGreaterThan(1_000_000);
    expect(metrics.value('db_client_connection_limit', { db_client_connection_pool_name: 'haven' })).toBe(10);
    expect(metrics.value('db_client_connection_count')).toBeGreaterThan(0);
    expect(metrics.value('haven_build_info', { process_runtime_version: process.versions.node })).toBe(1);
  });

  it('is not rate limited, and needs no credentials', async () => {
    const { app, url } = await secondHaven(haven, ['rateLimits.perAddress=1']);
    try {
      for (let number = 0; number < 5; number++) await scrape(url);
      expect((await fetch(`${url}/metrics`)).headers.get('ratelimit')).toBeNull();
    } finally {
      await app.close();
    }
  });

  it('returns 404 if metrics are disabled', async () => {
    const { app, url } = await secondHaven(haven, ['metrics.enabled=false']);
    try {
      expect((await fetch(`${url}/metrics`)).status).toBe(404);
    } finally {
      await app.close();
    }
  });
});

describe('labels', () => {
  it('have a limited number of values, whatever clients send', async () => {
    const ask = async (number: number): Promise<void> => {
      const id = crypto.randomUUID();
      await haven.rest('GET', `//nothing/${id}`);
      await haven.rest('GET', `/collections/c${number}/records/${id}`);
      await haven.rest('GET', `${record.replace(/[^/]*$/, '')}${id}`);
      await haven.rest('GET', `/collections/films/records?limit=${(number % 2) * 10 + 10}`);
      await haven.graphql(
        `query Q${number} { records(collection: "c${number}", limit: ${number + 1}) { totalCount } }`,
      );
      await fetch(`${haven.url}/api/v1/collections?${id}`, { method: 'PURGE' }).catch(() => undefined);
    };
    const series = async (): Promise<string[]> => {
      const known = new Set((await scrape()).samples.map(({ name, labels }) => `${name} ${JSON.stringify(labels)}`));
      return [...known].filter((one) => !/^(v8js_gc|nodejs_eventloop_delay)/.test(one)).sort();
    };
    for (let number = 0; number < 3; number++) await ask(number);
    const before = await series();
    for (let number = 3; number < 70; number++) await ask(number);
    expect(await series()).toEqual(before);
    expect(before.join('\n')).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}|nothing|films|limit=/);
  });
});

describe('requests', () => {
  it('are counted by route, not by URL', async () => {
    await expectGain(
      () => Promise.all([haven.rest('GET', record), haven.rest('GET', record), haven.rest('GET', record)]),
      [
        [DURATIONS, { http_request_method: 'GET', http_route: RECORD, http_response_status_code: '200' }, 3],
        ['db_client_operation_duration_seconds_count', { db_operation_name: 'records.find' }, 3],
      ],
    );
  });

  it('that match no route have no route label', async () => {
    await expectGain(
      () => haven.rest('GET', '//nowhere'),
      [[DURATIONS, { http_response_status_code: '404', error_type: 'NOT_FOUND' }, 1]],
    );
    const { samples } = await scrape();
    const unmatched = samples.filter(({ name, labels }) => name === DURATIONS && labels['http_route'] === undefined);
    expect(unmatched.map(({ labels }) => labels['http_response_status_code'])).toContain('404');
  });

  it('are active until they end, streams included', async () => {
    const stream = await openStream(`${haven.url}/api/v1/changes`, { 'x-test-tenant': haven.tenant });
    await vi.waitFor(async () => expect((await scrape()).value('haven_feed_subscribers')).toBe(1), { timeout: 30_000 });
    // The stream, and the request for /metrics itself.
    expect((await scrape()).value('http_server_active_requests')).toBe(2);
    stream.close();
    await stream.ended;
    await vi.waitFor(
      async () => {
        const metrics = await scrape();
        expect([metrics.value('haven_feed_subscribers'), metrics.value('http_server_active_requests')]).toEqual([0, 1]);
      },
      { timeout: 30_000 },
    );
  });

  it('whose client disconnects before the response are counted as aborted', async () => {
    await expectGain(async () => {
      const { hostname, port } = new URL(haven.url);
      const headers = { 'content-length': '100', 'content-type': 'application/json', 'x-test-tenant': haven.tenant };
      const upload = request({ hostname, port, method: 'POST', path: '/api/v1/collections', headers });
      const gone = new Promise((resolve) => upload.once('error', resolve));
      upload.write('{');
      await vi.waitFor(async () => expect((await scrape()).value('http_server_active_requests')).toBe(2));
      upload.destroy();
      await gone;
    }, [[DURATIONS, { http_request_method: 'POST', error_type: 'aborted' }, 1]]);
  });
});

describe('counted events', () => {
  it('conflicts, in both APIs', async () => {
    const mutation = `mutation { replaceRecord(collection: "films", id: "${record.split('/').at(-1)}", data: {}, expectedVersion: 9) { version } }`;
    await expectGain(async () => {
      expect((await haven.rest('PUT', record, { data: {} }, { 'if-match': '"9"' })).status).toBe(412);
      expect((await haven.graphql(mutation)).body.errors[0].extensions.code).toBe('VERSION_CONFLICT');
    }, [
      ['haven_conflicts_total', { error_type: 'VERSION_CONFLICT' }, 2],
      ['haven_errors_total', { error_type: 'VERSION_CONFLICT' }, 2],
      ['haven_graphql_field_errors_total', { error_type: 'VERSION_CONFLICT' }, 1],
      [DURATIONS, { http_request_method: 'PUT', http_response_status_code: '412', error_type: 'VERSION_CONFLICT' }, 1],
    ]);
  });

  it('replays', async () => {
    const send = () =>
      haven.rest('POST', '/collections/films/records', { data: {} }, { 'idempotency-key': '"metrics"' });
    await expectGain(async () => {
      await send();
      await send();
      await send();
    }, [
      ['haven_idempotency_replays_total', {}, 2],
      ['haven_events_appended_total', { haven_event_type: 'record.created' }, 1],
    ]);
  });

  it('denials by a rate limit', async () => {
    const { app, url } = await secondHaven(haven, ['rateLimits.perTenant=2']);
    try {
      const ask = () => fetch(`${url}/api/v1/collections`, { headers: { 'x-test-tenant': haven.tenant } });
      await expectGain(
        async () => {
          for (let number = 0; number < 5; number++) await ask();
        },
        [
          ['haven_rate_limit_denials_total', { haven_limit: 'tenant' }, 3],
          [DURATIONS, { http_response_status_code: '429', error_type: 'RATE_LIMITED' }, 3],
        ],
        url,
      );
    } finally {
      await app.close();
    }
  });

  it('written events, and their addition to the feed', async () => {
    await expectGain(async () => {
      await haven.rest('PATCH', record, { data: { n: 2 } }, { 'content-type': 'application/merge-patch+json' });
      await haven.rest('DELETE', record);
    }, [
      ['haven_events_appended_total', { haven_event_type: 'record.updated' }, 1],
      ['haven_events_appended_total', { haven_event_type: 'record.deleted' }, 1],
      ['haven_feed_entered_total', {}, 2],
      ['haven_feed_lag_seconds_count', {}, 2],
    ]);
  });

  it('lines of an import, if it was committed', async () => {
    const lines = '{"n":1}\n{"n":2}\nnonsense\n';
    const send = (query: string) =>
      haven.rest('POST', `/collections/films/import${query}`, lines, { 'content-type': 'application/x-ndjson' });
    await expectGain(async () => {
      expect((await send('')).body).toMatchObject({ imported: 2, failed: 1 });
      expect((await send('?atomic=true')).status).toBe(400);
    }, [
      ['haven_import_rows_total', { haven_import_outcome: 'created' }, 2],
      ['haven_import_rows_total', { haven_import_outcome: 'refused' }, 1],
    ]);
  });

  it('GraphQL operations, by type and cost', async () => {
    await expectGain(
      () => haven.graphql('query Mine { collections { edges { node { name } } } }'),
      [
        ['haven_graphql_operation_duration_seconds_count', { graphql_operation_type: 'query' }, 1],
        ['haven_graphql_operation_cost_count', { graphql_operation_type: 'query' }, 1],
      ],
    );
  });

  it('cache lookups', async () => {
    await haven.rest('GET', record);
    await expectGain(
      () => haven.rest('GET', record),
      [['haven_cache_lookups_total', { haven_cache_name: 'collections', haven_cache_result: 'hit' }, 1]],
    );
  });

  it('waits for the database in a unit of work', async () => {
    await expectGain(
      () => haven.rest('POST', '/collections', { name: 'series' }),
      [
        ['db_client_operation_duration_seconds_count', { db_operation_name: 'commit' }, 1],
        ['db_client_operation_duration_seconds_count', { db_operation_name: 'begin' }, 1],
        ['db_client_connection_wait_time_seconds_count', {}, 1],
      ],
    );
  });
});

describe('a separate port', () => {
  it('serves only metrics and probes, and the main port serves no metrics then', async () => {
    const { app, url } = await secondHaven(haven, ['metrics.port=0']);
    const admin = app.get(AdminServer, { strict: false });
    const there = `http://127.0.0.1:${admin.port}`;
    expect((await scrape(there)).types.size).toBeGreaterThan(10);
    for (const probe of ['livez', 'readyz', 'startupz', 'health'])
      expect((await fetch(`${there}/${probe}`)).status, probe).toBe(200);
    for (const path of ['/api/v1/collections', '/graphql', '/docs', '/', '/metrics/x'])
      expect((await fetch(there + path)).status, path).toBe(404);
    expect((await fetch(`${there}/metrics`, { method: 'POST' })).status).toBe(404);
    expect((await fetch(`${url}/metrics`)).status).toBe(404);
    await app.close();
    await expect(fetch(`${there}/livez`)).rejects.toThrow();
  });
});

describe('Server-Timing', () => {
  const FORM = /^total;dur=(\d+(?:\.\d)?), db;dur=(\d+(?:\.\d)?)$/;

  it('has the total duration and the time in the database, in both APIs', async () => {
    for (const answer of [
      await haven.rest('GET', record),
      await haven.graphql('{ collections { edges { node { name } } } }'),
    ]) {
      const [, total, database] = FORM.exec(answer.headers.get('server-timing') ?? '') ?? [];
      expect(Number(total)).toBeGreaterThan(0);
      expect(Number(database)).toBeGreaterThan(0);
    }
    expect((await haven.rest('GET', '//livez')).headers.get('server-timing')).toBeNull();
  });

  it('can be disabled', async () => {
    const { app, url } = await secondHaven(haven, ['telemetry.serverTiming=false']);
    try {
      expect((await fetch(`${url}/api/v1/collections`)).headers.get('server-timing')).toBeNull();
    } finally {
      await app.close();
    }
  });
});
