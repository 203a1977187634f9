import { existsSync } from 'node:fs';

import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';

/** The Chromium that is installed on the system; the variable CHROMIUM can contain its path. */
const EXECUTABLE = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

const WINDOW = { width: 1280, height: 800 };

/** Returns why no browser can be measured on this machine; undefined if one can. */
export function missingBrowser(): string | undefined {
  if (existsSync(EXECUTABLE)) return undefined;
  return `there is no Chromium at ${EXECUTABLE}; install it, or set CHROMIUM to its path.`;
}

/** Starts Chromium without a window and without a GPU. The memory of its pages can be read precisely. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--enable-precise-memory-info'],
  });
}

/** Opens a browser profile of its own, whose cache is empty. */
export async function openProfile(browser: Browser): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: WINDOW });
  context.setDefaultTimeout(60_000);
  return context;
}

/** Waits until a view of the console is shown with its content. */
export async function viewShown(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await page.waitForFunction(hasLoaded);
}

/** Runs in the page. Whether nothing is being loaded. The types of browsers are not available in this file. */
function hasLoaded(): boolean {
  const { document } = globalThis as unknown as { document: { body: { innerText: string } } };
  return !/(?:^|\n)Loading[^\n]*…/.test(document.body.innerText);
}
