import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { chromium } from 'playwright-core';
import type { BrowserContext, Page } from 'playwright-core';

import { buildIfNeeded, cli } from './build.ts';
import { drawDashboard } from './charts/dashboard.ts';
import { observe } from './charts/observe.ts';
import { consolePictures, moviesSettings } from './console-pictures.ts';
import { root } from './tool.ts';

// Takes the pictures of the README and the guide: real requests in a real browser, and the queries of the dashboards to
// a real Prometheus, against a separate Haven server. Uses the browser and the Prometheus that are installed on the
// system; the environment variable CHROMIUM can contain the path of the browser. The argument `console` takes only the
// pictures of the console.
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const url = 'http://localhost:8080';
const images = join(root, 'docs/images');

const query =
  'query ByRidleyScott { records(collection: "movies", filter: { Director: "Ridley Scott" }, sort: ["-IMDB Rating"], first: 2) { totalCount edges { cursor node { id version data history(first: 1) { edges { node { type at } } } } } pageInfo { hasNextPage endCursor } } }';
const body = `{
  "filter": { "Major Genre": "Drama", "IMDB Rating": { "_gte": 8 } },
  "sort": "-Worldwide Gross",
  "fields": "Title,Director,IMDB Rating",
  "limit": 2,
  "count": "exact"
}`;

if (await isReady()) throw new Error(`${url} is in use. Stop the server, because this script starts its own there.`);
if (!(await buildIfNeeded())) process.exit(1);
const directory = mkdtempSync(join(tmpdir(), 'haven-screenshots-'));
const env = {
  ...process.env,
  HAVEN_DATA_DIR: join(directory, 'data'),
  HAVEN_SERVER_PORT: '8080',
  HAVEN_URL: url,
};
const haven = spawn(process.execPath, [cli, 'start'], { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] });
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic'] });
try {
  await ready();
  await fetch(`${url}/api/v1/collections/movies`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(moviesSettings),
  });
  spawnSync(process.execPath, [cli, 'import', 'movies', 'node_modules/vega-datasets/data/movies.json'], {
    cwd: root,
    env,
  });
  mkdirSync(images, { recursive: true });
  const profile = await openProfile();
  for (const [name, show] of Object.entries(consolePictures))
    await takeScreenshot(name, (page) => show(page, url), profile);
  if (!process.argv.includes('console')) await takeOthers();
} finally {
  await browser.close();
  haven.kill();
  await new Promise((resolve) => haven.once('exit', resolve));
  rmSync(directory, { recursive: true });
}

async function takeOthers(): Promise<void> {
  await takeScreenshot('swagger-ui', swagger);
  await takeScreenshot('graphql-ide', graphiql);
  await observe(url, async (prometheus, period) => {
    for (const name of ['service', 'database']) {
      writeFileSync(join(images, `dashboard-${name}.svg`), await drawDashboard(prometheus, name, period));
    }
  });
}

async function swagger(page: Page): Promise<void> {
  await page.goto(`${url}/docs`);
  const operation = page.locator('#operations-records-queryRecords');
  await operation.locator('.opblock-summary-control').click();
  const execute = operation.getByRole('button', { name: 'Execute' });
  await operation.getByPlaceholder('collection').fill('movies');
  await operation.locator('textarea.body-param__text').fill(body);
  await execute.click();
  await operation.locator('.live-responses-table .response-col_status', { hasText: '200' }).waitFor();
  // Scrolls so that the request and the response are visible, once the page has its final height.
  await operation.locator('.live-responses-table .highlight-code').first().waitFor();
  await page.waitForTimeout(1_000);
  await execute.evaluate((button: Scrolling) => button.scrollIntoView({ block: 'start', behavior: 'instant' }));
}

/** An element of a page. The types of browsers are not available in this file. */
interface Scrolling {
  scrollIntoView(options: { block: 'start'; behavior: 'instant' }): void;
}

async function graphiql(page: Page): Promise<void> {
  await page.goto(`${url}/graphql`);
  await page.getByRole('button', { name: 'Hide editor tools' }).click();
  await page.locator('.graphiql-query-editor .view-lines').click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.insertText(query);
  await page.getByRole('button', { name: /Prettify query/ }).click();
  await page.getByRole('button', { name: /Execute query/ }).click();
  await page.locator('.result-window').getByText('Ridley Scott').first().waitFor();
}

/** Runs `show` and takes a screenshot as WebP, which the browser encodes itself. */
async function takeScreenshot(
  name: string,
  show: (page: Page) => Promise<void>,
  profile?: BrowserContext,
): Promise<void> {
  const page = await (profile ?? (await openProfile())).newPage();
  await show(page);
  await page.mouse.move(0, 0);
  await page.waitForTimeout(1_000); // until animations have ended
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 85 });
  writeFileSync(join(images, `${name}.webp`), Buffer.from(data, 'base64'));
  if (process.env['PNG']) await page.screenshot({ path: join(process.env['PNG'], `${name}.png`) });
  await page.close();
}

function openProfile(): Promise<BrowserContext> {
  return browser.newContext({ viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1.5 });
}

async function ready(): Promise<void> {
  for (let tries = 0; tries < 120; tries += 1) {
    if (await isReady()) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error('Haven did not start.');
}

async function isReady(): Promise<boolean> {
  return (await fetch(`${url}/readyz`).catch(() => null))?.ok ?? false;
}
