import type { Browser, CDPSession, Page } from 'playwright-core';

import { TcpProxy } from './tcp-proxy.ts';
import { until } from './wait.ts';
import type { World } from './world.ts';

/** The data of an issue. */
export interface Shown {
  title: string;
  state: string;
}

/** A change that a window has made. */
export interface LocalWrite {
  kind: 'create' | 'rename' | 'delete';
  /** Unique, unless it is a deletion. */
  title: string;
  state: 'pending' | 'stored' | 'refused';
  /** Why it was refused. */
  code: string;
}

interface Transaction {
  when(state: 'settled'): Promise<unknown>;
}

/** The local collection of the tracker. */
interface Issues {
  toArray: { id: string; version: number; data: Shown }[];
  insert(row: { data: Shown }): Transaction;
  update(id: string, change: (draft: { data: Shown }) => void): Transaction;
  delete(id: string): Transaction;
}

/** The global variables of the page that the functions below use. */
interface PageGlobals {
  issues: Issues;
  writes: LocalWrite[];
  isStopped: boolean;
}

/** A window of the tracker, whose network can fail, and which changes random issues. */
export class BrowserWindow {
  readonly name: string;
  readonly errors: string[] = [];
  readonly #page: Page;
  readonly #session: CDPSession;
  readonly #network: TcpProxy;

  private constructor(name: string, page: Page, session: CDPSession, network: TcpProxy) {
    this.name = name;
    this.#page = page;
    this.#session = session;
    this.#network = network;
    page.on('pageerror', (error) => void this.errors.push(error.message));
  }

  static async open(world: World, browser: Browser, origin: string, name: string): Promise<BrowserWindow> {
    const network = await TcpProxy.open(() => Number(new URL(origin).port));
    world.atEnd(() => network.close());
    const context = await browser.newContext();
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    const window = new BrowserWindow(name, page, session, network);
    await page.goto(network.origin);
    await page.locator('#status.live').waitFor();
    return window;
  }

  /** Refuses the requests of the page, and ends its connections. */
  async setOffline(offline: boolean): Promise<void> {
    const unlimited = { latency: 0, downloadThroughput: -1, uploadThroughput: -1 };
    await this.#session.send('Network.emulateNetworkConditions', { offline, ...unlimited });
    if (offline) this.#network.cut();
  }

  async startLoad(): Promise<void> {
    await this.#page.evaluate(changeIssues, this.name);
  }

  /** Resolves when Haven has accepted this number of further changes, or after two seconds. */
  async hasStored(count: number): Promise<void> {
    await this.#page.evaluate(nextStored, count);
  }

  /** Stops the load, and waits until all changes have been accepted or refused. Returns them. */
  async finishLoad(): Promise<LocalWrite[]> {
    await this.#page.evaluate(() => void ((globalThis as unknown as PageGlobals).isStopped = true));
    const isSettled = (): Promise<boolean> =>
      this.#page.evaluate(() =>
        (globalThis as unknown as PageGlobals).writes.every(({ state }) => state !== 'pending'),
      );
    await until('all changes are settled', isSettled, 60_000, 100).catch(() => undefined); // it is reported
    return this.#page.evaluate(() => (globalThis as unknown as PageGlobals).writes);
  }

  /** The rows of the local collection, in the order of their ids. */
  rows(): Promise<string> {
    return this.#page.evaluate(() => {
      const { issues } = globalThis as unknown as PageGlobals;
      const rows = issues.toArray.map(({ id, version, data }) => [id, version, data.title, data.state]);
      return JSON.stringify(rows.sort(([one = ''], [other = '']) => (one < other ? -1 : 1)));
    });
  }
}

/** Runs in the page: waits for this number of further changes. */
async function nextStored(count: number): Promise<void> {
  const { writes } = globalThis as unknown as PageGlobals;
  const stored = (): number => writes.filter(({ state }) => state === 'stored').length;
  const [wanted, end] = [stored() + count, Date.now() + 2_000];
  while (stored() < wanted && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Runs in the page: changes a random issue about five times a second, as long as not too many changes are pending. */
function changeIssues(name: string): void {
  const page = globalThis as unknown as PageGlobals;
  const writes: LocalWrite[] = (page.writes = []);
  const change = (): void => {
    if (page.isStopped) return;
    setTimeout(change, 80 + Math.random() * 200);
    if (writes.filter(({ state }) => state === 'pending').length >= 20) return;
    const rows = page.issues.toArray;
    const { id } = rows[Math.floor(Math.random() * rows.length)] ?? { id: '' };
    const chance = Math.random();
    const kind = rows.length < 15 || chance < 0.2 ? 'create' : chance < 0.8 ? 'rename' : 'delete';
    const write: LocalWrite = { kind, title: `${name}-${writes.length}`, state: 'pending', code: '' };
    writes.push(write);
    const transaction =
      kind === 'create'
        ? page.issues.insert({ data: { title: write.title, state: 'todo' } })
        : kind === 'delete'
          ? page.issues.delete(id)
          : page.issues.update(id, (draft) => void (draft.data.title = write.title));
    transaction.when('settled').then(
      () => (write.state = 'stored'),
      (error: unknown) => {
        write.state = 'refused';
        write.code = (error as { code?: string }).code ?? String(error);
      },
    );
  };
  change();
}
