import { readFile } from 'node:fs/promises';

import type { Page } from 'playwright-core';
import { beforeEach, expect, it } from 'vitest';

import { intercept, openConsole, problemsOf, settled, WINDOWS } from '../support/console.js';
import { startHaven } from '../support/haven.js';
import { describeWith } from '../support/programs.js';
import { send, storeCinema } from './cinema.js';
import { drawnOn } from './drawn-charts.js';
import { OPERATOR } from './operator.js';
import { signIn, tenantKey } from './sign-in.js';

const haven = startHaven(
  [
    'console.enabled=true',
    `auth.operatorKey=${OPERATOR}`,
    'audit.checkpointEvents=2',
    'audit.checkpointInterval=24h',
    'upkeep.interval=24h',
  ],
  { keys: true },
);

/** The titles of the charts, each with the text that it has before anything is requested in a test, and afterwards. */
const CHARTS: readonly [title: string, before: RegExp, after: RegExp][] = [
  ['Requests a second', / 0 GraphQL,/, / 2 GraphQL,/],
  ['Latency', /Now p95 (?!8\.93 s)/, /Now p95 8\.93 s; .*p50 29\.3 ms and p99 30 s\./],
  ['Errors', / 0 with 4xx /, / 3 with 4xx /],
  ['Feed lag', /Now p95 (?!8\.93 s)/, /Now p95 8\.93 s; .*p50 29\.3 ms and p99 30 s\./],
  ['Changes waiting for the feed', / 5 entered\./, / 1,008 entered\./],
  ['Webhook deliveries pending', /Now 0; 0 active/, /Now 3; 1 active/],
  ['Size of the stored data', /; 4 records in 2 collections/, /; 7 records in 2 collections/],
];

describeWith('chromium', 'the overview of the console', () => {
  const { open, windows } = openConsole(haven);
  let key: string;

  beforeEach(async () => {
    const { webhook } = await storeCinema(haven);
    await send(haven, 'DELETE', `/webhooks/${webhook}`, undefined);
    key = await tenantKey(haven);
  });

  const keyWith = async (scopes: string[], collections?: string[]): Promise<string> =>
    (await send(haven, 'POST', '/api-keys', { name: 'restricted', scopes, ...(collections && { collections }) })).token;

  /** Returns the texts of the charts by their titles. */
  const chartsOf = async (page: Page): Promise<Record<string, string>> => {
    const labels = await page
      .getByRole('img', { name: /^Chart: / })
      .evaluateAll((charts) => charts.map((chart) => chart.getAttribute('aria-label') ?? ''));
    return Object.fromEntries(labels.map((label) => [/^Chart: (.*?)\. Now/.exec(label)?.[1] ?? label, label]));
  };

  it.each(windows())('has charts that change when requests are sent: %s', async (window) => {
    const page = await open('/', { viewport: WINDOWS[window] });
    await signIn(page, key);
    const shows = async (at: 1 | 2): Promise<void> => {
      const expected = Object.fromEntries(CHARTS.map((chart) => [chart[0], expect.stringMatching(chart[at])]));
      await expect.poll(() => chartsOf(page)).toEqual(expected);
    };
    await shows(1);
    await send(haven, 'POST', '/webhooks', { url: 'http://127.0.0.1:9/' }); // nothing listens there
    for (const title of ['Alien 3', 'Dune', 'Fargo'])
      await send(haven, 'POST', '/collections/films/records', { data: { title } });
    for (const name of ['one', 'two', 'three'])
      expect((await haven.rest('GET', `/collections/${name}`)).status).toBe(404);
    for (let count = 0; count < 2; count += 1) await haven.graphql('{ collections { totalCount } }');
    // Slow requests of another process, and changes that another leader has entered in the feed.
    const slow = { 'latency.20': 60_000, 'latency.53': 38_000, 'latency.60': 2_000 };
    const late = { 'lag.20': 600, 'lag.53': 380, 'lag.60': 20 };
    await haven.sql(
      `INSERT INTO haven.tenant_activity (tenant_id, minute, counts)
       VALUES ($1, date_trunc('minute', now()) - interval '1 minute', $2)
       ON CONFLICT (tenant_id, minute) DO UPDATE SET counts = tenant_activity.counts || excluded.counts`,
      [haven.tenant, { ...slow, ...late }],
    );
    await shows(2);
    const canvases = page.getByRole('img', { name: /^Chart: / }).locator('canvas');
    await expect.poll(() => drawnOn(canvases)).toEqual(CHARTS.map(() => true));
    for (const title of ['Latency', 'Feed lag']) {
      const lines = page.getByRole('img', { name: `Chart: ${title}.` }).locator('.u-legend .u-label');
      expect(await lines.allInnerTexts()).toEqual(['Time', 'p50', 'p95', 'p99']);
    }
    await page.getByRole('region', { name: 'Errors' }).getByRole('row', { name: 'NOT_FOUND 3' }).waitFor();
    expect(await problemsOf(page)).toEqual([]);
  });

  it('verifies the checkpoints of the audit, also against saved ones', async () => {
    const page = await open('/');
    await signIn(page, key);
    const own = (text: string) => haven.sql(text, [haven.tenant]);
    const newest = async () => (await haven.rest('GET', '/audit/checkpoint')).body.number;
    await expect.poll(newest).toBe(2);
    await page.reload();
    await page.getByText(/^Checkpoint 2 of /).waitFor();
    const checkpoint = (await haven.rest('GET', '/audit/checkpoint')).body;
    await page.getByText(checkpoint.hash).waitFor();

    const verify = () => page.getByRole('button', { name: 'Verify', exact: true }).click();
    await verify();
    await page.getByText('All 2 checkpoints are intact, up to change 4.').waitFor();
    expect(await problemsOf(page)).toEqual([]);
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save the newest checkpoint' }).click();
    const saved = await (await downloading).path();
    expect(JSON.parse(await readFile(saved, 'utf8'))).toEqual(checkpoint);
    const compare = () =>
      page.locator('input[type=file]').setInputFiles({
        name: 'saved.json',
        mimeType: 'application/json',
        buffer: Buffer.from(JSON.stringify(checkpoint)),
      });
    await compare();
    await page.getByText('The saved checkpoints in saved.json are the same.').waitFor();

    // Without a copy, it cannot be seen that the newest checkpoint was removed.
    await own('DELETE FROM haven.checkpoints WHERE tenant_id = $1 AND number = 2');
    await verify();
    await page.getByText('The checkpoint is intact, up to change 2.').waitFor();
    await compare();
    const alert = page.getByRole('alert');
    await alert.getByText('Checkpoint 2 was removed: it is in the saved file.').waitFor();
    await own("UPDATE haven.checkpoints SET root = sha256('forged') WHERE tenant_id = $1 AND number = 1");
    await verify();
    await alert.getByText('Checkpoint 1 was altered.').waitFor();
    expect(await problemsOf(page)).toEqual([]);
  });

  it('says what a key may not see', async () => {
    const page = await open('/');
    await signIn(page, await keyWith(['records:read']));
    await page.getByText('Requests, errors and sizes are shown to keys with the scope stats:read.').waitFor();
    expect(await chartsOf(page)).toEqual({});
    expect(await page.getByRole('button', { name: 'Verify' }).count()).toBe(0);
    expect(await problemsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signIn(page, await keyWith(['records:read', 'stats:read'], ['films']));
    await page.getByText(/^Your key is restricted to some collections/).waitFor();
    expect(Object.keys(await chartsOf(page))).toEqual(['Size of the stored data']);
    const largest = page.getByRole('region', { name: 'Largest collections' });
    expect(await largest.getByRole('link').allInnerTexts()).toEqual(['films']);
  });

  it('shows an error of the server, and reads the overview again', async () => {
    const page = await open('/collections');
    const refuseStats = (): Promise<() => void> =>
      intercept(page, '**/api/v1/stats*', (route) =>
        route.fulfill({
          status: 404,
          contentType: 'application/problem+json',
          body: JSON.stringify({
            code: 'NOT_FOUND',
            status: 404,
            title: 'Not found',
            detail: 'This server has no stats.',
          }),
        }),
      );
    const release = await refuseStats();
    await signIn(page, key);
    await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Overview' }).click();
    const alert = page.getByRole('alert');
    await alert.getByText('This server has no stats.').waitFor();
    await alert.getByRole('link', { name: 'What to do about NOT_FOUND' }).waitFor();
    await page.getByRole('progressbar').first().waitFor(); // the usage is shown anyway
    expect(await problemsOf(page)).toEqual([]);
    release();
    await expect.poll(async () => Object.keys(await chartsOf(page))).toHaveLength(CHARTS.length);
    await refuseStats();
    await alert.getByText('This server has no stats.').waitFor();
    await page.getByText('The following may be out of date.').waitFor();
    expect(Object.keys(await chartsOf(page))).toHaveLength(CHARTS.length);
  });

  it('shows operators any tenant, or all', async () => {
    const page = await open('/');
    await signIn(page, OPERATOR);
    const choose = async (option: string): Promise<void> => {
      await page.getByRole('combobox', { name: 'Tenant of the overview' }).fill(option);
      await page.getByRole('option', { name: option, exact: true }).click();
      await settled(page);
    };
    const largest = page.getByRole('region', { name: 'Largest collections' });
    await choose(haven.tenant);
    await largest.getByText('people', { exact: true }).waitFor();
    expect(await largest.getByRole('link').count()).toBe(0); // they cannot be opened with this key
    expect(await page.getByRole('button', { name: 'Verify', exact: true }).count()).toBe(0);
    await choose('All tenants');
    await largest
      .getByText(/^Tenant /)
      .first()
      .waitFor();
    expect(await problemsOf(page)).toEqual([]);
  });
});
