import type { Browser, BrowserContext } from 'playwright-core';

import { summary } from '../measure.ts';
import type { Summary } from '../measure.ts';
import { openProfile, viewShown } from './browser.ts';

/** The cost of the first view of the console: kilobytes as transferred, and milliseconds since the navigation. */
export interface FirstView {
  row: string;
  kilobytes: Summary;
  requests: Summary;
  painted: Summary;
  /** Until a link was shown. */
  shown: Summary;
  /** Until the click on that link, at the moment when it was shown, has led to another view. */
  ledOn: Summary;
}

type Load = Record<Exclude<keyof FirstView, 'row'>, number>;

/** A resource that a page has loaded. */
interface LoadedResource {
  transferSize: number;
  startTime: number;
}

/** The parts of a page that the functions below use. The types of browsers are not available in this file. */
interface ObservedPage {
  document: object & {
    querySelector(selector: string): { textContent: string | null; click(): void } | null;
  };
  performance: {
    now(): number;
    getEntriesByType(type: string): LoadedResource[];
    getEntriesByName(name: string): LoadedResource[];
  };
  MutationObserver: new (callback: () => void) => {
    observe(target: object, options: { childList: true; subtree: true; characterData: true }): void;
    disconnect(): void;
  };
  times: { shown?: number; ledOn?: number };
}

/** Loads the first view with an empty cache, and then with the cache that this has filled. */
export async function measureFirstView(browser: Browser, origin: string, rounds: number): Promise<FirstView[]> {
  const loads = { 'empty cache': [] as Load[], 'filled cache': [] as Load[] };
  for (let round = 0; round <= rounds; round++) {
    // One profile is for the sizes, and another one for the click, which ends the loading of the first view.
    const [idle, clicking] = [await openProfile(browser), await openProfile(browser)];
    await clicking.addInitScript(clickWhenShown);
    for (const found of Object.values(loads)) {
      const load = { ...(await loaded(idle, origin)), ...(await clicked(clicking, origin)) };
      if (round > 0) found.push(load); // in the first round, the server reads the files and the browser starts
    }
    await idle.close();
    await clicking.close();
  }
  return Object.entries(loads).map(([row, found]) => {
    const of = (figure: keyof Load): Summary => summary(found.map((load) => load[figure]));
    return {
      row,
      kilobytes: of('kilobytes'),
      requests: of('requests'),
      painted: of('painted'),
      shown: of('shown'),
      ledOn: of('ledOn'),
    };
  });
}

async function loaded(
  profile: BrowserContext,
  origin: string,
): Promise<Pick<Load, 'kilobytes' | 'requests' | 'painted'>> {
  const page = await profile.newPage();
  await page.goto(`${origin}/console/`);
  await viewShown(page);
  const load = await page.evaluate(loadedResources);
  await page.close();
  return load;
}

async function clicked(profile: BrowserContext, origin: string): Promise<Pick<Load, 'shown' | 'ledOn'>> {
  const page = await profile.newPage();
  await page.goto(`${origin}/console/`);
  await page.waitForFunction(() => (globalThis as unknown as ObservedPage).times.ledOn !== undefined);
  const { shown = NaN, ledOn = NaN } = await page.evaluate(() => (globalThis as unknown as ObservedPage).times);
  await page.close();
  return { shown, ledOn };
}

/** Runs in the page. Returns the sizes of all responses with their headers. A response from the cache has none. */
function loadedResources(): Pick<Load, 'kilobytes' | 'requests' | 'painted'> {
  const { performance } = globalThis as unknown as ObservedPage; // this runs in the page
  const resources = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
  const sizes = resources.map(({ transferSize }) => transferSize).filter((size) => size > 0);
  return {
    kilobytes: sizes.reduce((sum, size) => sum + size, 0) / 1_000,
    requests: sizes.length,
    painted: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
  };
}

/** Runs in the page before its scripts: clicks on a link once it is shown, and notes when the other view is shown. */
function clickWhenShown(): void {
  const { document, performance, MutationObserver } = globalThis as unknown as ObservedPage; // this runs in the page
  const times: ObservedPage['times'] = {};
  (globalThis as unknown as ObservedPage).times = times;
  const observer = new MutationObserver(() => {
    if (times.shown === undefined) {
      const link = document.querySelector('nav a[href$="/console/collections"]');
      if (!link) return;
      times.shown = performance.now();
      setTimeout(() => link.click());
    } else if (document.querySelector('h1')?.textContent === 'Collections') {
      times.ledOn = performance.now();
      observer.disconnect();
    }
  });
  observer.observe(document, { childList: true, subtree: true, characterData: true });
}
