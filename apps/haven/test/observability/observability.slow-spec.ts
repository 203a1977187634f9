import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';

import { catalogue } from '@haven/kernel';

import { slug } from '../../src/pages/slug.js';
import { openDatabaseProxy } from '../support/database-proxy.js';
import type { DatabaseProxy } from '../support/database-proxy.js';
import { startMixedLoad, TIGHT } from '../support/mixed-load.js';
import type { MixedLoad } from '../support/mixed-load.js';
import { alerts, dashboards, DIRECTORY, queries, read, rules } from '../support/observability-files.js';
import { at, haven } from '../support/process.js';
import { describeWith } from '../support/programs.js';
import { startPrometheus } from '../support/prometheus-server.js';
import { openTestDatabase } from '../support/test-database.js';
import type { TestDatabase } from '../support/test-database.js';
import { startReceiver } from '../support/webhook-receiver.js';
import type { Receiver } from '../support/webhook-receiver.js';

const run = promisify(execFile);

const NOBODY = '018f3b5e-7c1a-7000-8000-0000000000a1';

const metricsPage = read('docs/metrics.md');
/**
 * Returns whether a query can be tested. Queries of webhook metrics cannot if docs/metrics.md does not list these
 * metrics.
 */
const isCounted = (expression: string): boolean =>
  !expression.includes('haven_webhook_') || metricsPage.includes('\n## haven_webhook_');

describe('rules and dashboards', () => {
  it('use existing metrics and labels', () => {
    const named = (pattern: RegExp): string[] => [...metricsPage.matchAll(pattern)].map(([, name = '']) => name);
    const metrics = new Set(named(/^## (\S+)$/gm));
    const labels = new Set([...named(/^- `(\w+)`/gm), 'instance', 'job', 'le', 'window']);
    for (const [where, expression] of queries) {
      if (!isCounted(expression)) continue;
      const names = expression.replaceAll(/"[^"]*"/g, '').match(/\b(?:haven|http|db|nodejs|process|v8js)_\w+/g) ?? [];
      const unknown = names.filter(
        (name) => !labels.has(name) && !metrics.has(name) && !metrics.has(name.replace(/_(?:bucket|sum|count)$/, '')),
      );
      expect(unknown, where).toEqual([]);
    }
  });

  it('count errors with a status of 500 or more as failures', () => {
    const failures = Object.entries(catalogue).flatMap(([code, { status }]) => (status >= 500 ? [code] : []));
    const [availability] = rules.filter(({ record }) => record === 'haven:availability_bad:ratio_rate5m');
    expect(/error_type=~"([^"]+)"/.exec(availability?.expr ?? '')?.[1]?.split('|')).toEqual(failures);
  });

  it('have panels that do not overlap and use the provisioned data source', () => {
    const [{ uid }] = parse(read(`${DIRECTORY}/grafana/datasources.yml`)).datasources;
    for (const { file, panels } of dashboards) {
      const places = panels.map(({ gridPos: { x, y } }: { gridPos: { x: number; y: number } }) => `${x} ${y}`);
      expect(new Set(places).size, file).toBe(panels.length);
      for (const { targets = [] } of panels) for (const { datasource } of targets) expect(datasource.uid).toBe(uid);
    }
  });
});

describe('each alert', () => {
  const page = read('docs/alerts.md');

  it.each([...new Set(alerts.map(({ alert }) => alert))])('%s links to a runbook', (alert = '') => {
    const [, section = ''] = page.split(`\n## ${alert}\n`);
    for (const part of ['**Meaning.**', '**Check.**', '**Action.**']) expect(section.split('\n## ')[0]).toContain(part);
    for (const { labels, annotations } of alerts.filter((rule) => rule.alert === alert)) {
      expect(['page', 'ticket']).toContain(labels?.['severity']);
      expect(annotations?.['runbook_url']).toBe(`docs/alerts.md#${slug(alert)}`);
      expect(annotations?.['summary'] && annotations['description']).toBeTruthy();
    }
  });

  it('has exactly one section in docs/alerts.md', () => {
    const sections = [...page.matchAll(/^## (Haven\w+)$/gm)].map(([, name]) => name);
    expect(sections.toSorted()).toEqual([...new Set(alerts.map(({ alert }) => alert))].toSorted());
  });
});

describe('the Compose file', () => {
  const { services } = parse(read(`${DIRECTORY}/compose.yml`));

  it('pins the versions of images, and mounts existing files', () => {
    for (const [name, { image, volumes = [] }] of Object.entries<{ image?: string; volumes?: string[] }>(services)) {
      if (name !== 'haven') expect(image).toMatch(/^[\w./-]+:v?\d+\.\d+\.\d+$/);
      const mounted = volumes.flatMap((volume) => /^\.\/([^:]+):/.exec(volume)?.[1] ?? []);
      for (const path of mounted) expect(globSync(join('docker', path)), path).toHaveLength(1);
    }
  });
});

/** These tests need Prometheus on the machine (Debian: `apt-get install prometheus`). */
describeWith('prometheus', 'with Prometheus', () => {
  const promtool = (...args: string[]) => run('promtool', args);

  it('promtool accepts the configuration and the rules', async () => {
    const { stdout } = await promtool('check', 'config', `${DIRECTORY}/prometheus.yml`);
    expect(stdout).toContain(`SUCCESS: ${rules.length} rules found`);
  });

  it.each(['rules.test.yml', 'rules-of-hours.test.yml', 'rules-of-days.test.yml'])(
    '%s passes',
    async (file) => {
      await promtool('test', 'rules', `${DIRECTORY}/${file}`); // fails with a description of failed tests
    },
    300_000,
  );

  describe('that reads a Haven under load', () => {
    let database: TestDatabase;
    let proxy: DatabaseProxy;
    let receiver: Receiver;
    beforeAll(async () => {
      database = await openTestDatabase();
      proxy = await openDatabaseProxy(database.address);
      receiver = await startReceiver();
    });
    afterAll(async () => {
      await receiver?.stop();
      await proxy?.close();
      await database?.drop();
    });

    it('every query of a dashboard, an alert and a rule returns data', async () => {
      const backups = {
        HAVEN_BACKUP_EVERY: '1d',
        HAVEN_BACKUP_DIRECTORY: await mkdtemp(join(tmpdir(), 'haven-backups-')),
      };
      const origin = await haven(['start'], { ...at(proxy.address), ...TIGHT, ...backups }).origin;
      const prometheus = await startPrometheus(DIRECTORY, new URL(origin).host);
      const load = await startMixedLoad(origin, receiver);
      try {
        await causeFailures(load);
        const waiting = new Map([...queries].filter(([, expression]) => isCounted(expression)));
        await vi.waitFor(
          async () => {
            for (const [where, expression] of waiting)
              if ((await prometheus.query(expression)).some((value) => Number.isFinite(value))) waiting.delete(where);
            expect(Object.fromEntries(waiting)).toEqual({});
          },
          { timeout: 120_000, interval: 500 },
        );
      } finally {
        await prometheus.stop();
        await load.stop();
      }
    }, 300_000);

    /** Causes every kind of failure: exceeded rate limits, internal errors, overload, and an unavailable database. */
    async function causeFailures({ call }: MixedLoad): Promise<void> {
      const list = () => call('GET', '/api/v1/collections');
      const expectCode = (code: string) => async () => expect((await list()).body.code).toBe(code);
      const patience = { timeout: 60_000 };

      const operations = Array.from({ length: 1_000 }, () => ({ op: 'delete', collection: 'films', id: NOBODY }));
      await vi.waitFor(async () => {
        const batches = await Promise.all([1, 2, 3, 4].map(() => call('POST', '/api/v1/batch', { operations })));
        expect(batches.map(({ body }) => body.code)).toContain('RATE_LIMITED');
      }, patience);

      await database.owner.query('REVOKE SELECT ON haven.collections FROM haven_runtime');
      await vi.waitFor(expectCode('INTERNAL'), patience);
      await database.owner.query('GRANT SELECT ON haven.collections TO haven_runtime');

      const read = () => call('GET', `/api/v1/collections/films/records/${NOBODY}`);
      await database.owner.query('BEGIN; LOCK TABLE haven.every_record');
      await vi.waitFor(async () => {
        const burst: ReturnType<typeof read>[] = [];
        while (burst.length < 40) {
          burst.push(read());
          await database.owner.query('SELECT 1'); // reads that arrive together share a transaction
        }
        expect((await Promise.all(burst)).map(({ body }) => body.code)).toContain('OVERLOADED');
      }, patience);
      const held = Array.from({ length: 10 }, read);
      await vi.waitFor(async () => {
        const { rows } = await database.owner.query(
          "SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
        );
        expect(rows[0].count).toBeGreaterThan(0);
      }, patience);
      proxy.cut();
      await Promise.allSettled(held);
      await database.owner.query('ROLLBACK');
      await vi.waitFor(expectCode('UNAVAILABLE'), patience);
      await vi.waitFor(async () => expect((await call('GET', '/readyz')).status).toBe(503), patience);
      proxy.restore();
      await vi.waitFor(async () => expect((await call('GET', '/readyz')).status).toBe(200), patience);
      await vi.waitFor(async () => expect((await list()).status).toBe(200), patience);
    }
  });
});
