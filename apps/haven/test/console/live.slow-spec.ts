import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

import { openConsole, problemsOf, settled, WINDOWS } from '../support/console.js';
import { openCuttingProxy } from '../support/cutting-proxy.js';
import type { CuttingProxy } from '../support/cutting-proxy.js';
import { startHaven } from '../support/haven.js';
import { describeWith } from '../support/programs.js';
import { send, storeCinema } from './cinema.js';

const haven = startHaven(['console.enabled=true'], { keys: true });

/** Requests to the change feed. */
const FEED = /\/api\/v1\/changes/;
const HOSTILE = '<img src=x onerror="window.hasRun = true">';
/** Number of changes that `storeCinema` makes. */
const STORED = 5;

describeWith('chromium', 'changes as they happen in the console', () => {
  const { open, windows } = openConsole(haven);
  let proxy: CuttingProxy;
  let film: string;
  let person: string;

  beforeAll(async () => {
    proxy = await openCuttingProxy(haven.url);
  });
  afterAll(() => proxy?.close());
  beforeEach(async () => {
    ({ film, person } = await storeCinema(haven));
  });

  it.each(windows())('are listed with their differences, as text: %s', async (window) => {
    const page = await follow('/changes', window);
    await expectFeed(page, STORED);
    await changeFilm({ title: HOSTILE, year: 1980 });
    await haven.rest('DELETE', `/collections/films/records/${film}`);
    await expectFeed(page, STORED + 2);
    await page.getByRole('button', { name: `Differences, changed record ${film}, version 3` }).click();
    await page.getByText(JSON.stringify(HOSTILE)).waitFor();
    await page.getByText('1980', { exact: true }).waitFor();
    expect(await problemsOf(page)).toEqual([]);
    await page.getByRole('switch', { name: 'Show all differences' }).click();
    await page.getByText('"Casablanca"').waitFor();
    expect(await problemsOf(page)).toEqual([]);
    expect(await page.evaluate(() => ['hasRun' in globalThis, document.images.length])).toEqual([false, 0]);
  });

  it.each(windows())('are selected by collection, filter and type: %s', async (window) => {
    const page = await follow('/changes?collection=people', window);
    await expectFeed(page, 1, 'collection=people');
    await changeFilm({ year: 1980 });
    await send(haven, 'PATCH', `/collections/people/records/${person}`, { data: { born: 1938 } });
    await expectFeed(page, 2, 'collection=people');
    await page.getByLabel('Collection').selectOption('films');
    await expectFeed(page, 5, 'collection=films');

    await page.getByPlaceholder('All types').click();
    await page.getByRole('option', { name: 'Deleted' }).click();
    await page.keyboard.press('Escape');
    await page.getByText('No changes', { exact: true }).waitFor();
    await haven.rest('DELETE', `/collections/films/records/${film}`);
    await expect.poll(() => listed(page)).toEqual([`${film} 4`]);
    expect(await problemsOf(page)).toEqual([]);

    await page.goto(`${haven.url}/console/changes?collection=films&filter=${encodeURIComponent('{"year":1980}')}`);
    await expectFeed(page, 2, `collection=films&filter={"year":1980}`);
    await page.getByText('Matches no longer').waitFor();
    expect(await problemsOf(page)).toEqual([]);
  });

  it('wait while the list is paused, and none is skipped when it goes on', async () => {
    const page = await follow('/changes');
    await expectFeed(page, STORED);
    const before = await listed(page);
    await page.getByRole('button', { name: 'Pause' }).click();
    await createPeople(2);
    await page.getByText('2 new changes').waitFor();
    expect(await listed(page)).toEqual(before);
    expect(await problemsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Resume' }).click();
    await expectFeed(page, STORED + 2);

    await page.getByRole('button', { name: 'Pause' }).click();
    await createPeople(230);
    await page.getByText('More than 200 new changes').waitFor();
    await page.getByRole('button', { name: 'Resume' }).click();
    await expect.poll(async () => (await listed(page)).length).toBe(200);
    await page.getByRole('button', { name: 'Show older changes' }).click();
    await page.getByText('These are all changes that are kept.').waitFor();
    await expectFeed(page, STORED + 232);
  });

  it('follow without a gap after the connection was lost', async () => {
    const page = await follow('/changes');
    await throughProxy(page);
    await expectFeed(page, STORED);
    await page.context().setOffline(true);
    proxy.cut();
    await page.getByText('Interrupted, connecting again…').waitFor();
    expect(await problemsOf(page)).toEqual([]);
    await changeFilm({ year: 1980 });
    await createPeople(60);
    await page.context().setOffline(false);
    await expectFeed(page, STORED + 61);
    await page.getByText('Live', { exact: true }).waitFor();
    proxy.cut();
    await changeFilm({ year: 1981 });
    await expectFeed(page, STORED + 62);
  });

  it.each(windows())('by others are marked in the list of records: %s', async (window) => {
    const page = await follow('/collections/films', window);
    await changeFilm({ title: HOSTILE });
    const row = page.getByRole('row').filter({ has: page.locator(`a[title="${film}"]`) });
    await row.getByText(/^Changed by /).waitFor();
    if (window === 'desktop') await row.getByRole('gridcell', { name: HOSTILE }).waitFor();
    await send(haven, 'POST', '/collections/films/records', { data: { title: 'Dune' } });
    await page.getByText('1 new, 1 changed by others').waitFor();
    expect(await problemsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Reload' }).click();
    await page.getByText('4 records.').waitFor();
    expect(await page.getByText(/changed by others|^Changed by /).count()).toBe(0);
    await haven.rest('DELETE', `/collections/films/records/${film}`);
    await row.getByText(/^Deleted by /).waitFor();
    await page.getByRole('textbox', { name: 'Search' }).fill('brazil');
    await page.getByText('1 record.').waitFor();
    await send(haven, 'POST', '/collections/films/records', { data: { title: 'Paprika' } });
    await page.getByText('other records have changed').waitFor(); // which may match or not
    expect(await page.evaluate(() => 'hasRun' in globalThis)).toBe(false);
  });

  it('appear in the list of records if they happen before it follows them, or while it is interrupted', async () => {
    const page = await follow('/collections/films');
    const isReleased = Promise.withResolvers<void>();
    await page.route(FEED, async (route) => {
      await isReleased.promise;
      await route.fallback();
    });
    await page.reload();
    await page.getByRole('gridcell', { name: 'Alien', exact: true }).waitFor();
    await changeFilm({ title: 'Alien (1979)' });
    isReleased.resolve();
    await page.getByRole('gridcell', { name: 'Alien (1979)' }).waitFor();

    await throughProxy(page);
    await page.context().setOffline(true);
    proxy.cut();
    await page.getByText('Not live').waitFor();
    await changeFilm({ title: 'Alien (restored)' });
    await page.context().setOffline(false);
    await page.getByRole('gridcell', { name: 'Alien (restored)' }).waitFor();
    await page.getByText('1 changed by others').waitFor();
  });

  it.each(['/changes', '/collections/films'])(
    'end at %s when the key is revoked, which the view says',
    async (path) => {
      const scopes = ['records:read', 'changes:read'];
      const { id, token } = await send(haven, 'POST', '/api-keys', { name: 'reader', scopes });
      const page = await follow(path, 'desktop', token);
      await haven.rest('DELETE', `/api-keys/${id}`);
      await page.getByText('The server refused the key: it is unknown, revoked or expired.').waitFor();
      expect(await problemsOf(page)).toEqual([]);
    },
  );

  /** Opens a view, signs in, and waits until it is live. */
  async function follow(path: string, window: keyof typeof WINDOWS = 'desktop', key?: string): Promise<Page> {
    const page = await open(path, { viewport: WINDOWS[window] });
    const own = (await haven.as(haven.tenant))['authorization']?.replace('Bearer ', '') ?? '';
    await page
      .getByLabel('API key')
      .first()
      .fill(key ?? own);
    await page.keyboard.press('Enter');
    await settled(page);
    await page.getByText('Live', { exact: true }).waitFor();
    return page;
  }

  /** Loads the page again, with a feed that the proxy can interrupt. */
  async function throughProxy(page: Page): Promise<void> {
    await page.route(FEED, (route) => {
      const { pathname, search } = new URL(route.request().url());
      return route.continue({ url: `${proxy.url}${pathname}${search}` }); // the URL that the page sees stays the same
    });
    await page.reload();
    await page.getByText('Live', { exact: true }).waitFor();
  }

  /** Waits until the feed has `count` changes, and the list shows exactly these, the newest first. */
  async function expectFeed(page: Page, count: number, selection = ''): Promise<void> {
    const feed = async (): Promise<string[]> => {
      const { body } = await haven.rest('GET', `/changes?order=desc&limit=500&${encodeURI(selection)}`);
      return body.items.map(({ recordId, version }: { recordId: string; version: number }) => `${recordId} ${version}`);
    };
    await expect.poll(async () => (await feed()).length).toBe(count);
    const expected = await feed();
    await expect.poll(() => listed(page)).toEqual(expected);
  }

  const changeFilm = (data: object) => send(haven, 'PATCH', `/collections/films/records/${film}`, { data });

  async function createPeople(count: number): Promise<void> {
    const operations = Array.from({ length: count }, (_, n) => ({
      op: 'create',
      collection: 'people',
      data: { name: `Person ${n}` },
    }));
    await send(haven, 'POST', '/batch', { operations });
  }
});

/** Returns the changes that the list shows, as ids and versions. */
function listed(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('ul[aria-label="Changes, newest first"] > li button[aria-expanded]')].map((button) =>
      (button.getAttribute('aria-label') ?? '').replace(/^.* record (\S+), version (\d+)$/, '$1 $2'),
    ),
  );
}
