import type { Page } from 'playwright-core';
import { beforeEach, expect, it } from 'vitest';

import { openConsole, settled } from '../support/console.js';
import { startHaven } from '../support/haven.js';
import { describeWith } from '../support/programs.js';
import { send } from './cinema.js';

const haven = startHaven(['console.enabled=true']);

const RECORDS = 1_500;

/** The first page has 50 records, and the others have 200. */
const PAGES = 1 + Math.ceil((RECORDS - 50) / 200);

/** Rows in the window, and 8 above and below it. */
const MOST_ROWS = 50;

describeWith('chromium', 'a long list in the console', () => {
  const { open } = openConsole(haven);

  beforeEach(async () => {
    await send(haven, 'PUT', '/collections/numbers', {});
    const lines = Array.from({ length: RECORDS }, (_, number) => JSON.stringify({ number, word: null }));
    const type = { 'content-type': 'application/x-ndjson' };
    const { status } = await haven.rest('POST', '/collections/numbers/import', lines.join('\n'), type);
    expect(status).toBe(200);
  });

  it('reads each page once, the first one again for the changes, and renders only the rows of the window', async () => {
    const page = await open('/collections/numbers');
    let reads = 0;
    page.on('request', (request) => (reads += request.url().endsWith('/query') ? 1 : 0));
    await page.reload();
    await settled(page);
    await expect.poll(() => reads).toBe(2);
    const most = await scrollToEnd(page);
    expect(await page.getByRole('grid').getAttribute('aria-rowcount')).toBe(String(RECORDS + 1));
    await page.locator(`[aria-rowindex="${RECORDS + 1}"]`).waitFor();
    await page.getByRole('checkbox', { name: 'Select all rows that are loaded' }).check();
    await page.getByText('At most 1,000 changes can be applied together.').waitFor();
    expect(await page.getByRole('button', { name: 'Delete 1,500' }).isDisabled()).toBe(true);
    await page.getByRole('grid').evaluate((grid) => grid.scrollTo(0, 0));
    await page.locator('[aria-rowindex="3"]').waitFor();
    expect(reads).toBe(PAGES + 1);
    expect(most).toBeLessThan(MOST_ROWS);
  });

  it('selects one row, some rows and all rows that are loaded', async () => {
    const page = await open('/collections/numbers');
    const all = page.getByRole('checkbox', { name: 'Select all rows that are loaded' });
    const isMixed = (): Promise<boolean> => all.evaluate((box) => (box as HTMLInputElement).indeterminate);
    expect([await all.isChecked(), await isMixed()]).toEqual([false, false]);
    await page
      .getByRole('checkbox', { name: /^Select [0-9a-f]{8}/ })
      .first()
      .check();
    expect([await all.isChecked(), await isMixed()]).toEqual([false, true]);
    await all.check();
    expect([await all.isChecked(), await isMixed()]).toEqual([true, false]);
    for (const box of await page.getByRole('checkbox', { name: /^Select [0-9a-f]{8}/ }).all())
      expect(await box.isChecked()).toBe(true);
    await all.uncheck();
    expect([await all.isChecked(), await isMixed()]).toEqual([false, false]);
  });
});

/** Scrolls until all records are loaded and the last one is shown. Returns the most rows that the document had. */
async function scrollToEnd(page: Page): Promise<number> {
  let most = 0;
  await expect
    .poll(
      async () => {
        await page.getByRole('grid').evaluate((grid) => grid.scrollBy(0, 2_000));
        most = Math.max(most, await page.getByRole('row').count());
        const isComplete = await page.getByText('1,500 records.', { exact: true }).isVisible();
        const isAtEnd = await page.locator(`[aria-rowindex="${RECORDS + 1}"]`).isVisible();
        return isComplete && isAtEnd;
      },
      { timeout: 30_000 },
    )
    .toBe(true);
  return most;
}
