import { readFileSync } from 'node:fs';

import type axe from 'axe-core';
import type { AxeResults, RunOnly } from 'axe-core';
import type { Browser, BrowserContext, BrowserContextOptions, CDPSession, Page, Route } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject } from 'vitest';

import { openBrowser } from './browser.js';
import type { Haven } from './haven.js';

/** The widths of the windows in which the console is tested. */
export const WINDOWS = {
  desktop: { width: 1280, height: 800 },
  phone: { width: 390, height: 844 },
} as const;

type WindowName = keyof typeof WINDOWS;

/** Errors that the browser writes to the console when a request is refused, aborted or interrupted. */
const EXPECTED =
  /a status of 4\d\d|net::ERR_(?:FAILED|INTERNET_DISCONNECTED|INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE)\b/;

/** How often conditions are checked in pages: less often than they are drawn, because a check takes time as well. */
const FREQUENTLY = { polling: 30 };

/** A browser profile. */
interface Profile {
  context: BrowserContext;
  /** A page that stays open between tests, so that no other has to be opened to delete the data. */
  blank: Page;
  /** Deletes the data of the profile. */
  storage: CDPSession;
}

/** The console of a Haven, in a browser. */
export interface ConsoleBrowser {
  /** Opens a view, in a browser profile of its own, and waits until it has loaded. */
  open(path: string, options?: BrowserContextOptions): Promise<Page>;
  /** Returns the windows of a test: one of the two, in turn, or both in the long suite. */
  windows(): readonly WindowName[];
}

/**
 * Opens the built console of a Haven. A test fails if its pages violate their content security policy, if a script
 * fails, if something is written to the console as an error, or if something is requested from elsewhere. Responses
 * with status 4xx and requests that a test aborts or interrupts are allowed, which the browser writes to the console
 * as well.
 */
export function openConsole(haven: Haven): ConsoleBrowser {
  let browser: Browser;
  let turn = 0;
  const complaints: string[] = [];
  const used: { profile: Profile; isPlain: boolean }[] = [];
  /** Profiles of earlier tests, without their data. The browser has the compiled scripts of the console in them. */
  const emptied: Profile[] = [];
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());
  // Other tests need no row of their tenant, but the console shows its name.
  beforeEach(() =>
    haven.sql(
      "INSERT INTO haven.tenants VALUES ($1, $1::uuid::text, 'active', 1, now(), now()) ON CONFLICT DO NOTHING",
      [haven.tenant],
    ),
  );
  afterEach(async () => {
    await Promise.all(
      used.splice(0).map(async ({ profile, isPlain }) => {
        if (!isPlain) return profile.context.close();
        await empty(profile, haven.url);
        emptied.push(profile);
      }),
    );
    expect(complaints.splice(0)).toEqual([]);
  });
  return {
    windows() {
      if (inject('extent') === 'every') return ['desktop', 'phone'];
      return [turn++ % 2 === 0 ? 'desktop' : 'phone'];
    },
    async open(path, options = {}) {
      const { viewport = WINDOWS.desktop, ...others } = options;
      const isPlain = Object.keys(others).length === 0;
      const profile = (isPlain && emptied.pop()) || (await newProfile(browser, others));
      used.push({ profile, isPlain });
      const page = await profile.context.newPage();
      if (viewport) await page.setViewportSize(viewport);
      page.setDefaultTimeout(20_000);
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        const text = message.text();
        if (message.type() === 'error' && !EXPECTED.test(text)) complaints.push(text);
      });
      page.on('request', (request) => {
        const url = request.url();
        if (!url.startsWith(haven.url) && !/^(?:data|blob):/.test(url)) complaints.push(`Request to ${url}`);
      });
      await page.goto(`${haven.url}/console${path}`);
      await settled(page);
      return page;
    },
  };
}

async function newProfile(browser: Browser, options: BrowserContextOptions): Promise<Profile> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  const blank = await context.newPage();
  const storage = await context.newCDPSession(blank);
  await context.addInitScript(reportViolations);
  return { context, blank, storage };
}

/** Closes the pages of a profile, and deletes the data that an origin has stored in it. */
async function empty({ context, blank, storage }: Profile, origin: string): Promise<void> {
  const pages = context.pages().filter((page) => page !== blank);
  await Promise.all(pages.map((page) => page.close()));
  await context.setOffline(false);
  await storage.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' });
}

/** Waits until a view is shown with its content. */
export async function settled(page: Page): Promise<void> {
  // A locator is tried again every half a second, which is longer than a page takes to load.
  const isTitled = () => [...document.querySelectorAll('h1')].some((heading) => heading.checkVisibility());
  await page.waitForFunction(isTitled, undefined, FREQUENTLY);
  await loaded(page);
}

/** Waits until the view, or the dialog over it, has loaded what it says it is loading. */
export async function loaded(page: Page): Promise<void> {
  const isLoaded = () => !/(?:^|\n)Loading[^\n]*…/.test(document.body.innerText);
  await page.waitForFunction(isLoaded, undefined, FREQUENTLY);
  await drawn(page);
}

/** Waits until the latest state is drawn, and until transitions have ended, during which texts have less contrast. */
async function drawn(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const transitions = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    await Promise.allSettled(transitions.map(({ finished }) => finished));
  });
}

/**
 * Lets a test handle the requests of a page until the returned function is called. Later requests are sent as they are,
 * but through the route as well: if Playwright stops intercepting while a page loads, as `unroute` does, Chromium can
 * leave a request without a response.
 */
export async function intercept(page: Page, url: string, handle: (route: Route) => Promise<void>): Promise<() => void> {
  let isHandled = true;
  await page.route(url, (route) => (isHandled ? handle(route) : route.fallback()));
  return () => {
    isHandled = false;
  };
}

/** Levels A and AA of WCAG 2.2. */
const LEVELS: RunOnly = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] };

/** The rules of these levels whose result depends on colors. */
const CONTRAST = ['color-contrast', 'link-in-text-block'];

/**
 * Returns what is wrong with a page: violations of WCAG 2.2, levels A and AA, that axe finds, a heading of level 1 that
 * is missing or not the only one, more than one banner, and a page that scrolls horizontally. Wide content scrolls in a
 * box of its own. By default, colors are compared in the long suite only, because that takes half of the time of axe.
 */
export async function problemsOf(
  page: Page,
  { comparesColors = inject('extent') === 'every' }: { comparesColors?: boolean } = {},
): Promise<string[]> {
  const violations = await violationsOf(page, comparesColors);
  const { excess, headings } = await page.evaluate(() => ({
    excess: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    headings: [...document.querySelectorAll('h1')].filter((heading) => heading.checkVisibility()).length,
  }));
  const banners = await page.getByRole('banner').count(); // axe does not count those in dialogs
  return [
    ...violations,
    ...(excess > 0 ? [`The page is ${excess} pixels too wide.`] : []),
    ...(headings === 1 ? [] : [`The page has ${headings} headings of level 1.`]),
    ...(banners <= 1 ? [] : [`The page has ${banners} banners.`]),
  ];
}

async function violationsOf(page: Page, comparesColors: boolean): Promise<string[]> {
  await drawn(page);
  if (!(await page.evaluate(() => 'axe' in globalThis)))
    await page.evaluate(readFileSync('node_modules/axe-core/axe.min.js', 'utf8'));
  const rules = Object.fromEntries(CONTRAST.map((rule) => [rule, { enabled: comparesColors }]));
  const { violations } = await page.evaluate(
    (options): Promise<AxeResults> => {
      // The script above has defined it.
      const { axe: checks } = globalThis as unknown as { axe: typeof axe };
      return checks.run(document, { ...options, resultTypes: ['violations'], preload: false });
    },
    { runOnly: LEVELS, rules },
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary = '' }) => `${id}: ${html.slice(0, 300)} ${failureSummary.slice(0, 500)}`),
  );
}

/** Runs in the page, before its scripts. */
function reportViolations(): void {
  document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile, lineNumber }) =>
    console.error(`The policy forbids ${violatedDirective} ${blockedURI} at ${sourceFile}:${lineNumber}`),
  );
}
