import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { NAVIGATION } from '../../src/pages/navigation.js';
import { openBrowser } from '../support/browser.js';
import { secondHaven, startHaven } from '../support/haven.js';
import { openPrefixProxy } from '../support/prefix-proxy.js';
import type { PrefixProxy } from '../support/prefix-proxy.js';
import { describeWith } from '../support/programs.js';

const haven = startHaven();
const pages = NAVIGATION.flatMap(({ entries }) => entries.map(({ name }) => name.replace(/\/README$/, '')));

interface Received {
  status: number;
  text: string;
}

async function get(path: string): Promise<Received> {
  const response = await fetch(haven.url + path, { headers: { accept: 'text/html' } });
  return { status: response.status, text: await response.text() };
}

const linksOf = ({ text }: Received): string[] =>
  [...text.matchAll(/ (?:href|src)="(\/[^"]*)"/g)].map(([, link = '']) => link.replaceAll('&amp;', '&'));

it('the guide has no broken links', async () => {
  const found = new Map<string, Received>();
  const open = async (path: string): Promise<Received> => {
    const known = found.get(path) ?? (await get(path));
    found.set(path, known);
    return known;
  };
  const broken: string[] = [];
  const waiting = ['/docs/guide', ...pages.map((name) => `/docs/guide/${name}`)];
  for (let page = waiting.pop(); page !== undefined; page = waiting.pop()) {
    const own = await open(page);
    if (own.status !== 200) broken.push(page);
    for (const link of new Set(linksOf(own))) {
      const [path = '', anchor] = link.split('#', 2);
      if (path.startsWith('/docs/guide') && !found.has(path)) waiting.push(path);
      const target = await open(path);
      const isFound = anchor === undefined || target.text.includes(` id="${decodeURIComponent(anchor)}"`);
      if (target.status !== 200 || !isFound) broken.push(`${page}: ${link}`);
    }
    for (const [, anchor = ''] of own.text.matchAll(/ href="#([^"]*)"/g))
      if (!own.text.includes(` id="${decodeURIComponent(anchor)}"`)) broken.push(`${page}: #${anchor}`);
  }
  expect(broken).toEqual([]);
  expect(found.size).toBeGreaterThan(80);
});

describeWith('chromium', 'pages', () => {
  let browser: Browser;
  let proxied: { app: Awaited<ReturnType<typeof secondHaven>>['app']; proxy: PrefixProxy };

  beforeAll(async () => {
    browser = await openBrowser();
    const { app, url } = await secondHaven(haven, ['server.trustProxy=loopback']);
    proxied = { app, proxy: await openPrefixProxy(url, '/some/haven', { 'x-forwarded-prefix': '/some/haven' }) };
  });
  afterAll(async () => {
    await browser?.close();
    await proxied?.proxy.close();
    await proxied?.app.close();
  });

  /** Opens a page, and returns it with whatever the browser complained about. */
  async function open(url: string, options: BrowserContextOptions = {}): Promise<{ page: Page; complaints: string[] }> {
    const page = await (await browser.newContext(options)).newPage();
    const complaints: string[] = [];
    page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())));
    page.on('pageerror', (error) => void complaints.push(error.message));
    await page.goto(url, { waitUntil: 'load' });
    return { page, complaints };
  }

  it.each(['/', '/docs/guide', '/docs/guide/querying', '/docs/guide/performance', '/docs/errors'])(
    'fit the screen of a phone and violate no policy: %s',
    async (path) => {
      const { page, complaints } = await open(haven.url + path, { viewport: { width: 360, height: 740 } });
      const width = await page.evaluate('document.documentElement.scrollWidth');
      expect({ width, complaints }).toEqual({ width: 360, complaints: [] });
      await page.context().close();
    },
  );

  it('are dark if the system is', async () => {
    for (const [colorScheme, color] of [
      ['light', 'rgb(255, 255, 255)'],
      ['dark', 'rgb(18, 22, 28)'],
    ] as const) {
      const { page } = await open(`${haven.url}/`, { colorScheme });
      expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(color);
      await page.goto(`${haven.url}/docs`);
      await page.locator('.opblock').first().waitFor();
      await expect
        .poll(() => page.locator('html').evaluate(({ classList }) => classList.contains('dark-mode')))
        .toBe(colorScheme === 'dark');
      await page.context().close();
    }
  });

  it('lead from the start page to the guide and Swagger UI, below the path of a proxy too', async () => {
    const { page, complaints } = await open(`${proxied.proxy.url}/`);
    await page.getByRole('link', { name: /^Guide/ }).click();
    await page.getByRole('navigation').getByRole('link', { name: 'Tour', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'A tour' }).waitFor();
    expect(page.url()).toBe(`${proxied.proxy.url}/docs/guide/tour`);
    expect(
      await page.evaluate("[...document.images].every((image) => image.complete || image.loading === 'lazy')"),
    ).toBe(true);
    await page.getByRole('link', { name: 'REST API' }).click();
    await page.locator('.opblock').first().waitFor();
    const opened = page.waitForEvent('popup');
    await page.locator('.info a', { hasText: 'Guide' }).click();
    await (await opened).getByRole('heading', { level: 1, name: 'Guide' }).waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
