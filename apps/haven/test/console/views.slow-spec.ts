import type { Page } from 'playwright-core';
import { beforeEach, expect, it } from 'vitest';

import { openConsole, problemsOf, settled, WINDOWS } from '../support/console.js';
import { startHaven } from '../support/haven.js';
import { describeWith } from '../support/programs.js';
import { storeCinema } from './cinema.js';

const haven = startHaven(['console.enabled=true']);

describeWith('chromium', 'the views of the console', () => {
  const { open } = openConsole(haven);
  let paths: string[];

  beforeEach(async () => {
    const { film, webhook } = await storeCinema(haven);
    paths = [
      '/collections/films',
      `/collections/films/records/${film}`,
      '/collections/films/settings',
      '/collections/films/import',
      '/ask?collection=films',
      `/webhooks/${webhook}`,
      '/collections/unknown',
      '/nowhere',
    ];
  });

  /** Returns the paths of the views in the navigation. */
  const navigationOf = async (page: Page): Promise<string[]> => {
    const hrefs = await page
      .getByRole('navigation', { name: 'Views' })
      .getByRole('link', { includeHidden: true })
      .evaluateAll((links) => links.map((link) => new URL((link as HTMLAnchorElement).href).pathname));
    return hrefs.filter((path) => path.startsWith('/console')).map((path) => path.slice('/console'.length) || '/');
  };

  it(
    'are accessible and fit the window, in light and dark, on a desktop and a phone',
    { timeout: 300_000 },
    async () => {
      const page = await open('/');
      const views = [...(await navigationOf(page)), ...paths];
      expect(views.length).toBeGreaterThan(12);
      const problems: Record<string, string[]> = {};
      const note = (place: string, found: string[]): void => {
        if (found.length > 0) problems[place] = found;
      };
      for (const [index, path] of views.entries()) {
        // Views are loaded in a window of either size in turn, which then gets the other size.
        const [first, second] = index % 2 === 0 ? (['desktop', 'phone'] as const) : (['phone', 'desktop'] as const);
        await page.setViewportSize(WINDOWS[first]);
        await page.emulateMedia({ colorScheme: 'light' });
        await page.goto(`${haven.url}/console${path}`);
        await settled(page);
        note(`${path}, ${first}, light`, await problemsOf(page, { comparesColors: true }));
        await page.emulateMedia({ colorScheme: 'dark' });
        await page.setViewportSize(WINDOWS[second]);
        await settled(page);
        note(`${path}, ${second}, dark`, await problemsOf(page, { comparesColors: true }));
      }
      expect(problems).toEqual({});
    },
  );

  it('are reached with the keyboard, and dialogs are closed with Escape', async () => {
    const page = await open('/');
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Shortcuts' });
    await help.waitFor();
    expect(await problemsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await help.waitFor({ state: 'hidden' });
    await page.keyboard.press('g');
    await page.keyboard.press('c');
    await page.waitForURL('**/console/collections');
    await page.getByRole('heading', { level: 1, name: 'Collections' }).waitFor();
  });

  it('on a phone, the navigation opens and leads on', async () => {
    const page = await open('/', { viewport: WINDOWS.phone });
    await page.getByRole('button', { name: 'Navigation' }).click();
    expect(await problemsOf(page)).toEqual([]);
    await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Collections' }).click();
    await page.getByRole('heading', { level: 1, name: 'Collections' }).waitFor();
    await settled(page);
    expect(await problemsOf(page)).toEqual([]);
  });

  it.each(['/', '/collections/films'])('load at most 300 KB in 20 files if %s is the first one', async (path) => {
    const page = await open(path);
    const { sizes, painted } = await page.evaluate(() => ({
      // The types of these entries are those of their kinds.
      sizes: (performance.getEntriesByType('resource') as PerformanceResourceTiming[])
        .filter(({ name }) => name.includes('/console/assets/'))
        .map(({ encodedBodySize }) => encodedBodySize),
      painted: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
    }));
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    console.log(
      `${path}: ${Math.round(bytes / 1_000)} KB in ${sizes.length} files, shown after ${Math.round(painted)} ms.`,
    );
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes).toBeLessThan(300_000);
    expect(sizes.length).toBeLessThanOrEqual(20);
  });

  it('say what is missing', async () => {
    const page = await open('/collections/unknown');
    await page
      .getByText(/COLLECTION_NOT_FOUND|NOT_FOUND/)
      .first()
      .waitFor();
    const record = await open('/collections/films/records/00000000-0000-7000-8000-000000000000');
    await record.getByText('There is no such record').waitFor();
  });
});
