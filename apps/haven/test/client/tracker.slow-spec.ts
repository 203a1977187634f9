import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { build, preview } from 'vite';
import type { PreviewServer } from 'vite';

import { openBrowser } from '../support/browser.js';
import { startHaven } from '../support/haven.js';
import { describeWith } from '../support/programs.js';

const haven = startHaven();
const configFile = 'examples/tracker/vite.config.ts';

interface Window {
  page: Page;
  context: BrowserContext;
  /** Errors of the page. */
  complaints: string[];
}

describeWith('chromium', 'the tracker', () => {
  let browser: Browser;
  let server: PreviewServer;
  let url: string;
  let outDir: string;
  const contexts: BrowserContext[] = [];

  beforeAll(async () => {
    outDir = await mkdtemp(join(tmpdir(), 'haven-tracker-'));
    vi.stubEnv('HAVEN_URL', haven.url);
    const options = { configFile, logLevel: 'error', build: { outDir } } as const;
    await build(options);
    server = await preview({ ...options, preview: { port: 0 } });
    url = server.resolvedUrls?.local[0] ?? '';
    vi.unstubAllEnvs();
    browser = await openBrowser();
  });
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await rm(outDir, { recursive: true, force: true });
  });

  async function openWindow(options: BrowserContextOptions = {}): Promise<Window> {
    const context = await browser.newContext(options);
    contexts.push(context);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => void complaints.push(error.message));
    await page.goto(url);
    await page.locator('#status.live').waitFor();
    return { page, context, complaints };
  }

  /** Creates issues, which are in the first column. */
  async function create({ page }: Window, ...titles: string[]): Promise<void> {
    for (const title of titles) {
      await page.getByLabel('Title of a new issue').fill(title);
      await page.keyboard.press('Enter');
    }
  }

  async function rename({ page }: Window, from: string, to: string): Promise<void> {
    await page.evaluate((title) => {
      const all = [...document.querySelectorAll<HTMLTextAreaElement>('.card textarea')];
      all.find(({ value }) => value === title)?.focus();
    }, from);
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type(to);
    await page.keyboard.press('Enter');
  }

  const columns = ({ page }: Window): Promise<string[][]> =>
    page.evaluate(() =>
      [...document.querySelectorAll('.column')].map((column) =>
        [...column.querySelectorAll('textarea')].map(({ value }) => value),
      ),
    );

  /** Waits until these windows show these titles, by column, and until all of them are stored. */
  async function expectColumns(expected: string[][], ...windows: Window[]): Promise<void> {
    await vi.waitFor(
      async () => {
        for (const each of windows) {
          expect(await columns(each)).toEqual(expected);
          expect(await each.page.locator('#status').textContent()).toBe('Live');
        }
      },
      { timeout: 20_000 },
    );
  }

  it('has the types that its compiler wants', async () => {
    await promisify(execFile)(process.execPath, ['node_modules/typescript7/bin/tsc', '-p', 'examples/tracker']);
  });

  it('two windows follow each other', async () => {
    const [one, other] = [await openWindow(), await openWindow({ colorScheme: 'dark' })];
    await create(one, 'a', 'b');
    await expectColumns([['a', 'b'], [], []], one, other); // issues are in the order in which they are stored
    await create(other, 'c');
    await expectColumns([['a', 'b', 'c'], [], []], one, other);
    await rename(other, 'a', 'renamed');
    await one.page.getByLabel('State').nth(1).selectOption('doing');
    await other.page.getByRole('button', { name: 'Delete c' }).click();
    await expectColumns([['renamed'], ['b'], []], one, other);
    await one.page
      .locator('.card', { has: one.page.getByLabel('Delete b') })
      .dragTo(one.page.locator('[data-state=done]'));
    await expectColumns([['renamed'], [], ['b']], one, other);
    const { body } = await haven.rest('GET', '/changes?after=earliest&limit=100');
    expect(body.items).toHaveLength(7);
    expect([...one.complaints, ...other.complaints]).toEqual([]);
  });

  it('keeps changes while it is offline, and shows conflicts', async () => {
    const [one, other] = [await openWindow(), await openWindow()];
    await create(one, 'a', 'b');
    await expectColumns([['a', 'b'], [], []], one, other);
    await one.context.setOffline(true);
    await rename(one, 'a', 'mine');
    await one.page.getByLabel('State').nth(1).selectOption('done');
    await create(one, 'c');
    expect(await columns(one)).toEqual([['mine', 'c'], [], ['b']]);
    expect(await one.page.locator('#status').textContent()).toBe('Offline · 3 unsaved');
    await rename(other, 'a', 'theirs');
    await rename(other, 'b', 'B'); // another member than the one that changes in the first window
    await expectColumns([['theirs', 'B'], [], []], other);
    await one.context.setOffline(false);
    const conflict = one.page.getByRole('alert').filter({ hasText: 'at the same time' });
    await conflict.waitFor();
    await expectColumns([['theirs', 'c'], [], ['B']], one, other);
    await conflict.getByRole('button', { name: 'Use “mine”' }).click();
    await expectColumns([['mine', 'c'], [], ['B']], one, other);
    expect(await conflict.count()).toBe(0);
    expect([...one.complaints, ...other.complaints]).toEqual([]);
  });

  it('keeps what another user writes while this user is typing', async () => {
    const [one, other] = [await openWindow(), await openWindow()];
    await create(one, 'a');
    await expectColumns([['a'], [], []], one, other);
    const title = one.page.getByLabel('Title', { exact: true });
    await title.fill('mine');
    await rename(other, 'a', 'theirs');
    await expectColumns([['theirs'], [], []], other);
    await vi.waitFor(async () => expect(await one.page.getByLabel('Delete theirs').count()).toBe(1));
    expect(await title.inputValue()).toBe('mine');
    await title.press('Enter');
    await one.page.getByRole('button', { name: 'Keep “theirs”' }).click();
    await expectColumns([['theirs'], [], []], one, other);
  });

  it('finds issues by words and by their beginnings, in every window', async () => {
    const [one, other] = [await openWindow(), await openWindow()];
    await create(one, 'Paint the walls', 'Call the plumber', 'Buy paint');
    await expectColumns([['Paint the walls', 'Call the plumber', 'Buy paint'], [], []], one, other);
    const search = one.page.getByLabel('Search the issues');
    await search.fill('pai');
    await expectColumns([['Paint the walls', 'Buy paint'], [], []], one);
    await create(other, 'Paint the door'); // which the search finds too
    await expectColumns([['Paint the walls', 'Buy paint', 'Paint the door'], [], []], one);
    await search.fill('paint -walls');
    await expectColumns([['Buy paint', 'Paint the door'], [], []], one);
    await search.fill('nowhere');
    await expectColumns([[], [], []], one);
    await one.page.getByText('No issue has these words.').waitFor();
    await search.fill('');
    await expectColumns([['Paint the walls', 'Call the plumber', 'Buy paint', 'Paint the door'], [], []], one, other);
    expect([...one.complaints, ...other.complaints]).toEqual([]);
  });

  it('counts issues by month and state, in every window', async () => {
    const [one, other] = [await openWindow({ timezoneId: 'Pacific/Apia' }), await openWindow()];
    await create(one, 'a', 'b');
    await expectColumns([['a', 'b'], [], []], one, other);
    await one.page.getByLabel('State').nth(1).selectOption('done');
    const counts = async ({ page }: Window): Promise<string[][]> =>
      page
        .getByRole('table')
        .evaluate((table) =>
          [...(table as HTMLTableElement).rows].map((row) =>
            [...row.cells].map(({ textContent }) => textContent ?? ''),
          ),
        );
    const { body } = await haven.rest('GET', '/collections/issues/records');
    const monthIn = (timeZone: string): string =>
      new Intl.DateTimeFormat('en-US', { month: 'long', year: 'numeric', timeZone }).format(
        new Date(body.items[0].createdAt),
      );
    const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
    for (const [each, zone] of [
      [one, 'Pacific/Apia'],
      [other, timeZone],
    ] as const)
      await vi.waitFor(
        async () =>
          expect(await counts(each)).toEqual([
            ['Created', 'To do', 'In progress', 'Done'],
            [monthIn(zone), '1', '0', '1'],
          ]),
        { timeout: 20_000 },
      );
    expect([...one.complaints, ...other.complaints]).toEqual([]);
  });

  it('declares search for a collection that was created without it', async () => {
    await haven.rest('PUT', '/collections/issues', {});
    await haven.rest('POST', '/collections/issues/records', { data: { title: 'Old issue', state: 'todo' } });
    const window = await openWindow();
    await create(window, 'New one');
    await expectColumns([['Old issue', 'New one'], [], []], window);
    await window.page.getByLabel('Search the issues').fill('old');
    await expectColumns([['Old issue'], [], []], window);
  });

  it('fits the screen of a phone', async () => {
    const phone = await openWindow({ viewport: { width: 360, height: 700 }, isMobile: true, hasTouch: true });
    await create(phone, 'a title with averylongwordthatdoesnotfitonthescreenofaphoneinasinglelineanyway', 'b');
    await phone.page.locator('.card').nth(1).waitFor();
    expect(await phone.page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  });
});
