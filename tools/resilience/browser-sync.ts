import { join } from 'node:path';

import { chromium } from 'playwright-core';
import { build, preview } from 'vite';
import type { Plugin } from 'vite';

import { root } from '../tool.ts';
import { BrowserWindow } from './harness/browser-window.ts';
import type { LocalWrite, Shown } from './harness/browser-window.ts';
import type { Report } from './harness/report.ts';
import { pause, until } from './harness/wait.ts';
import type { World } from './harness/world.ts';

const TIMES = 50;

/** A change of the feed. */
interface StoredChange {
  type: string;
  record: { data: Shown } | null;
}

interface ChangePage {
  items: StoredChange[];
  nextCursor: string;
  hasMore: boolean;
}

interface RecordPage {
  items: { id: string; version: number; data: Shown }[];
}

/** Gives the scenario the local collection of the page. */
const exposeIssues: Plugin = {
  name: 'expose-issues',
  transform: (code, id) => (id.endsWith('/tracker/src/store.ts') ? `${code}\nglobalThis.issues = issues;` : undefined),
};

/**
 * Two windows of the tracker change the same issues, while Haven is killed and started again fifty times, and the
 * windows lose their network fifty times.
 */
export async function scenario(world: World, report: Report): Promise<void> {
  const postgres = await world.postgres();
  const haven = await world.haven('haven', { database: postgres.url() });
  const origin = await serveTracker(world, haven.origin);
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic'],
  });
  world.atEnd(() => browser.close());
  const windows = [
    await BrowserWindow.open(world, browser, origin, 'a'),
    await BrowserWindow.open(world, browser, origin, 'b'),
  ];
  for (const window of windows) await window.startLoad();

  for (let time = 0; time < TIMES; time++) {
    // The windows send what they have kept during the last interruption, so the next one meets them at work.
    await Promise.all(windows.map((window) => window.hasStored(1 + Math.floor(Math.random() * 8))));
    const affected = windows.filter((_window, index) => time % 3 !== index); // the one, the other, or both
    for (const window of affected) await window.setOffline(true);
    await pause(200 + Math.random() * 400);
    for (const window of affected) await window.setOffline(false);
    await Promise.all(windows.map((window) => window.hasStored(1 + Math.floor(Math.random() * 8))));
    await haven.kill();
    await haven.start();
  }

  const writes: LocalWrite[] = [];
  for (const window of windows) writes.push(...(await window.finishLoad()));
  const stored = await changesOf(haven.origin);
  const expected = await recordsOf(haven.origin);
  report.figure('killed with SIGKILL and started again, and taken offline', `${TIMES} times each`);
  report.figure(
    'local changes',
    `${writes.length}, ${writes.filter(({ code }) => code === 'VERSION_CONFLICT').length} in conflict`,
  );
  report.figure('refused', refusals(writes));
  promiseWrites(report, writes, stored);
  for (const window of windows) {
    const shows = async (): Promise<boolean> => (await window.rows()) === expected;
    const isEqual = await until('the window is up to date', shows, 30_000, 100).catch(() => false);
    report.promise(
      `window ${window.name} equals the server, ${JSON.parse(expected).length} records`,
      isEqual,
      isEqual ? 'equal' : await window.rows(),
    );
    report.promise(`window ${window.name} had no error`, window.errors.length === 0, window.errors.join() || 'none');
  }
}

/** Builds the tracker and serves it, with the API of Haven below the same origin. */
async function serveTracker(world: World, haven: string): Promise<string> {
  process.env['HAVEN_URL'] = haven; // which the configuration of the tracker reads
  const options = {
    configFile: join(root, 'examples/tracker/vite.config.ts'),
    logLevel: 'silent',
    build: { outDir: join(world.directory, 'tracker') },
  } as const;
  await build({ ...options, plugins: [exposeIssues] });
  const server = await preview({ ...options, preview: { port: 0, host: '127.0.0.1' } });
  world.atEnd(() => server.close());
  const { port } = new URL(server.resolvedUrls?.local[0] ?? '');
  return `http://127.0.0.1:${port}`;
}

/** Each accepted change must be stored once, and nothing else. */
function promiseWrites(report: Report, writes: readonly LocalWrite[], stored: readonly StoredChange[]): void {
  const accepted = writes.filter(({ state }) => state === 'stored');
  const titles = stored.flatMap(({ record }) => record?.data.title ?? []);
  const wanted = new Set(accepted.filter(({ kind }) => kind !== 'delete').map(({ title }) => title));
  const found = new Set(titles);
  const deletions = stored.filter(({ type }) => type === 'record.deleted').length;
  const accepteds = accepted.filter(({ kind }) => kind === 'delete').length;
  const lost = [...wanted].filter((title) => !found.has(title)).length + Math.max(0, accepteds - deletions);
  const unaccepted = [...found].filter((title) => !wanted.has(title)).length;
  const doubled = titles.length - found.size + Math.max(0, deletions - accepteds);
  report.figure('accepted', `${accepted.length} changes, ${stored.length} events`);
  report.promise('no accepted change is lost', lost === 0, `${lost} lost`);
  report.promise('each change is stored once', doubled === 0, `${doubled} doubled`);
  report.promise('no refused change is stored', unaccepted === 0, `${unaccepted} stored`);
  const pending = writes.filter(({ state }) => state === 'pending').length;
  report.promise('each change is settled', pending === 0, `${pending} pending`);
}

function refusals(writes: readonly LocalWrite[]): string {
  const refused = Map.groupBy(
    writes.filter(({ state }) => state === 'refused'),
    ({ code }) => code,
  );
  return [...refused].map(([code, those]) => `${those.length} × ${code}`).join(', ') || 'none';
}

async function changesOf(origin: string): Promise<StoredChange[]> {
  const changes: StoredChange[] = [];
  for (let after = 'earliest', more = true; more;) {
    const page = await get<ChangePage>(`${origin}/api/v1/changes?after=${after}&limit=500`);
    changes.push(...page.items);
    after = page.nextCursor;
    more = page.hasMore;
  }
  return changes;
}

/** Returns the records as the windows describe their rows. */
async function recordsOf(origin: string): Promise<string> {
  const { items } = await get<RecordPage>(`${origin}/api/v1/collections/issues/records?limit=500&sort=$id`);
  return JSON.stringify(items.map(({ id, version, data }) => [id, version, data.title, data.state]));
}

async function get<Body>(url: string): Promise<Body> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as Body;
}
