import type { Browser, Page, Request } from 'playwright-core';

import { summary } from '../measure.ts';
import type { Summary } from '../measure.ts';
import { openProfile, viewShown } from './browser.ts';
import { framesDuring, frameSummary, nextFrame } from './frames.ts';
import type { Frames, FrameSummary } from './frames.ts';

/** Pixels of a notch of a mouse wheel. One in each frame is 200 rows a second. */
const NOTCH = 120;
const NOTCHES = 300;
const KEYS = 50;

/** Jumps to the end of the loaded rows. Each reads another page; the list keeps the last 50 pages in memory. */
const JUMPS = 60;

/** The frames of a list while it is scrolled in one way. */
export interface Scrolling {
  row: string;
  frames: FrameSummary;
}

/** A list after it was scrolled: rows in the document, MB of its heap, and requests that have read its records. */
export interface ScrolledList {
  list: string;
  rows: Summary;
  heap: Summary;
  requests: Summary;
  scrolling: Scrolling[];
}

/** A list in a page, with the number of requests that have read its records, and of those without a response yet. */
interface OpenList {
  readonly page: Page;
  requests: number;
  pending: number;
}

/** Scrolls a list in one way. */
type Scroll = (list: OpenList) => Promise<void>;

const WHEEL: Readonly<Record<string, Scroll>> = {
  'wheel down': ({ page }) => turnWheel(page, NOTCH),
  'wheel up': ({ page }) => turnWheel(page, -NOTCH),
};

const ALL: Readonly<Record<string, Scroll>> = {
  ...WHEEL,
  'Page Down': ({ page }) => pressKeys(page, 'PageDown', KEYS),
  'Page Up': ({ page }) => pressKeys(page, 'PageUp', KEYS),
  'jumps to the end': jumpToEnd,
  'wheel up from there': ({ page }) => turnWheel(page, -NOTCH),
};

/** Scrolls the records of a collection, and those that a filter and a search select. */
export async function measureScrolling(
  browser: Browser,
  origin: string,
  rounds: number,
  lists: Readonly<Record<string, string>>,
): Promise<ScrolledList[]> {
  const found = Object.keys(lists).map((list) => ({
    list,
    scrolls: list === Object.keys(lists)[0] ? ALL : WHEEL,
    rounds: [] as Awaited<ReturnType<typeof scrolled>>[],
  }));
  for (let round = 0; round < rounds; round++)
    for (const { list, scrolls, rounds: results } of found)
      results.push(await scrolled(browser, `${origin}/console/collections/${lists[list]}`, scrolls));
  return found.map(({ list, scrolls, rounds: results }) => ({
    list,
    rows: summary(results.map(({ rows }) => rows)),
    heap: summary(results.map(({ heap }) => heap)),
    requests: summary(results.map(({ requests }) => requests)),
    scrolling: Object.keys(scrolls).map((row) => ({
      row,
      frames: frameSummary(results.flatMap(({ frames }) => frames.get(row) ?? [])),
    })),
  }));
}

async function scrolled(
  browser: Browser,
  url: string,
  scrolls: Readonly<Record<string, Scroll>>,
): Promise<{ rows: number; heap: number; requests: number; frames: Map<string, Frames> }> {
  const profile = await openProfile(browser);
  const page = await profile.newPage();
  const list: OpenList = { page, requests: 0, pending: 0 };
  const count = (request: Request, pending: 1 | -1): void => {
    if (!request.url().endsWith('/query')) return;
    list.pending += pending;
    if (pending === 1) list.requests += 1;
  };
  page.on('request', (request) => count(request, 1));
  page.on('requestfinished', (request) => count(request, -1));
  page.on('requestfailed', (request) => count(request, -1));
  await page.goto(url);
  await viewShown(page);
  await page.getByRole('gridcell').first().waitFor();
  await page.getByRole('rowheader').first().press('ArrowRight'); // the keys move the active cell of the grid
  await page.getByRole('grid').hover();
  const frames = new Map<string, Frames>();
  for (const [name, scroll] of Object.entries(scrolls)) frames.set(name, await framesDuring(page, () => scroll(list)));
  const rows = await page.getByRole('row').count();
  const session = await profile.newCDPSession(page);
  await session.send('HeapProfiler.enable');
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await profile.close();
  return { rows, heap: usedSize / 1e6, requests: list.requests, frames };
}

/** Turns the wheel by one notch in each frame. */
async function turnWheel(page: Page, by: number): Promise<void> {
  for (let notch = 0; notch < NOTCHES; notch++) {
    await page.mouse.wheel(0, by);
    await nextFrame(page);
  }
}

/** Presses a key again and again, each time when the page has drawn the result. */
async function pressKeys(page: Page, key: string, times: number): Promise<void> {
  for (let press = 0; press < times; press++) {
    await page.keyboard.press(key);
    await nextFrame(page);
  }
}

/** Jumps to the last row that is loaded, and waits for the rows after it. */
async function jumpToEnd(list: OpenList): Promise<void> {
  for (let jump = 0; jump < JUMPS; jump++) {
    await list.page.keyboard.press('Control+End');
    await nextFrame(list.page);
    do await nextFrame(list.page);
    while (list.pending > 0);
  }
}
