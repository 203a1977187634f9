import type { Page, Request } from 'playwright-core';
import { beforeEach, expect, it, inject } from 'vitest';

import { scopeNames } from '@haven/kernel';
import type { Scope } from '@haven/kernel';

import { loaded, openConsole, problemsOf, settled, WINDOWS } from '../support/console.js';
import { createKey, startHaven } from '../support/haven.js';
import { describeWith } from '../support/programs.js';
import { send, storeCinema } from './cinema.js';

const haven = startHaven(['console.enabled=true'], { keys: true });

interface Key {
  scopes: readonly Scope[];
  /** Null for a key that is not restricted to some collections. */
  collections: readonly string[] | null;
}

interface View {
  path: string;
  /** The scopes of which a key needs one. */
  scopes: readonly Scope[];
  /** The collection that the view shows, or whether it needs the scope for all collections or only for some. */
  of: 'films' | 'people' | 'all' | 'some';
  /** A scope whose keys are offered something instead of the view. */
  instead?: Scope;
}

const SETTINGS = ['records:read', 'records:write', 'collections:write'] as const satisfies readonly Scope[];

/** Views that have something for every key. */
const FOR_ALL: ReadonlySet<string> = new Set(['/', '/api']);

/** Names of buttons that change something, with the scopes of which a key needs one to be offered them. */
const OFFERS: readonly [button: RegExp, scopes: readonly Scope[]][] = [
  [/^(?:New collection|Review and save|Add a schema|Delete the collection…)$/, ['collections:write']],
  [/^(?:Add record|Paste rows|Import|Choose a file|Restore version \d+)$/, ['records:write']],
  [/^Erase…$/, ['history:erase']],
  [/^(?:New webhook|Test|Send again, .*)$/, ['webhooks:write']],
  [/^(?:New key|Rotate (?!the secret$).*|Revoke .*)$/, ['keys:write', 'operator']],
  [/^(?:New tenant|Save quotas|Suspend…)$/, ['operator']],
  [/^Verify$/, ['changes:read']],
];

/** Collects the requests of a page that the server refuses, or cannot process. */
class Refusals {
  readonly found: string[] = [];
  /** Stands before the requests that are sent from now on. */
  place = '';
  private readonly pending = new Map<Request, string>();

  constructor(page: Page) {
    page.on('request', (request) => {
      // A stream does not end.
      if (request.headers()['accept'] !== 'text/event-stream') this.pending.set(request, this.place);
    });
    page.on('response', (response) => {
      const [request, status] = [response.request(), response.status()];
      if (status !== 403 && status !== 500) return; // 503 says that the index of a search is not ready
      this.found.push(`${this.pending.get(request) ?? this.place}: ${request.method()} ${request.url()}: ${status}`);
    });
    const end = (request: Request): void => void this.pending.delete(request);
    page.on('requestfinished', end);
    page.on('requestfailed', end);
  }

  /** Waits until all requests have their responses. */
  async settled(): Promise<void> {
    await expect.poll(() => [...this.pending.keys()].map((request) => request.url()), { interval: 10 }).toEqual([]);
  }
}

/** Scopes of the keys that have only one: every scope in the long suite. */
const triedScopes: readonly Scope[] = inject('extent') === 'every' ? scopeNames : ['records:read', 'collections:write'];

describeWith('chromium', 'restricted keys in the console', () => {
  const { open, windows } = openConsole(haven);
  let views: View[];
  let film: string;

  beforeEach(async () => {
    const stored = await storeCinema(haven);
    const { person, webhook } = stored;
    ({ film } = stored);
    views = [
      { path: '/', scopes: ['stats:read'], of: 'some' },
      { path: '/collections', scopes: SETTINGS, of: 'some' },
      { path: '/collections/films', scopes: ['records:read'], of: 'films', instead: 'records:write' },
      {
        path: `/collections/films/records/${film}`,
        scopes: ['records:read'],
        of: 'films',
        instead: 'history:erase',
      },
      { path: '/collections/films/settings', scopes: SETTINGS, of: 'films' },
      { path: '/collections/films/import', scopes: ['records:write'], of: 'films' },
      { path: '/collections/people', scopes: ['records:read'], of: 'people' },
      { path: `/collections/people/records/${person}?tab=references`, scopes: ['records:read'], of: 'people' },
      { path: '/collections/people/settings?tab=references', scopes: SETTINGS, of: 'people' },
      { path: '/changes', scopes: ['changes:read'], of: 'some' },
      { path: '/ask?collection=films', scopes: ['records:read'], of: 'some' },
      { path: '/webhooks', scopes: ['webhooks:write'], of: 'some' },
      { path: `/webhooks/${webhook}`, scopes: ['webhooks:write'], of: 'films' },
      { path: '/keys', scopes: ['keys:write', 'operator'], of: 'all' },
      { path: '/tenants', scopes: ['operator'], of: 'all' },
      { path: `/tenants/${haven.tenant}`, scopes: ['operator'], of: 'all' },
      { path: '/api', scopes: ['records:read'], of: 'some' },
    ];
    await send(haven, 'PATCH', `/webhooks/${webhook}`, { collections: ['films'] });
  });

  it('with one scope or none see and do what they may, and no more', async () => {
    const page = await open('/');
    const inspection = new Inspection(page);
    for (const scopes of [[], ...triedScopes.map((scope) => [scope])]) {
      await signIn(page, await createKey(haven, haven.tenant, scopes));
      const shown = views.filter(({ of }) => of !== 'people'); // these differ only for keys of other collections
      await inspection.visit(shown, { scopes, collections: null });
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('button', { name: 'Sign in' }).waitFor();
    }
    expect(inspection.findings).toEqual([]);
  }, 300_000);

  it('with all scopes for one collection see and do what they may, and no more', async () => {
    const key = { scopes: scopeNames, collections: ['films'] };
    const page = await openWith(key, '/');
    const inspection = new Inspection(page);
    await inspection.visit(views, key);
    expect(inspection.findings).toEqual([]);
  }, 300_000);

  it.each(windows())('of one collection work in dialogs: %s', async (window) => {
    const page = await openWith({ scopes: scopeNames, collections: ['films', 'notes'] }, '/collections', window);
    const refusals = new Refusals(page);

    await page.getByRole('button', { name: 'New collection' }).click();
    const collection = page.getByRole('dialog', { name: 'New collection' });
    await collection.getByLabel('Name').fill('people');
    await collection.getByRole('button', { name: 'Create' }).click();
    await collection.getByText('Your key may only create: films, notes.').waitFor();
    expect(await problemsOf(page)).toEqual([]);
    await collection.getByLabel('Name').fill('notes');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Settings of notes' }).waitFor();
    await show(page, '/collections');
    await page.getByRole('link', { name: 'notes', exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'New collection' }).count()).toBe(0);

    await show(page, '/changes');
    const choice = page.getByLabel('Collection');
    expect(await choice.locator('option').allInnerTexts()).toEqual(['films', 'notes']);
    await page.getByText('Live', { exact: true }).waitFor();

    await show(page, '/webhooks');
    await page.getByRole('button', { name: 'New webhook' }).click();
    const webhook = page.getByRole('dialog', { name: 'New webhook' });
    await webhook.getByLabel('URL').fill('http://127.0.0.1:9/notes');
    const names = webhook.getByLabel('Collections', { exact: true });
    for (let count = 0; count < 2; count += 1) await names.press('Backspace');
    await webhook.getByText('Choose some of films, notes.').waitFor();
    expect(await webhook.getByRole('button', { name: 'Create' }).isDisabled()).toBe(true);
    expect(await problemsOf(page)).toEqual([]);
    await names.fill('notes');
    await names.press('Enter');
    await names.press('Tab');
    await webhook.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('dialog', { name: 'The webhook was created' }).waitFor();
    expect(refusals.found).toEqual([]);
  });

  it.each(windows())('add and import records that they may not read: %s', async (window) => {
    const page = await openWith({ scopes: ['records:write'], collections: null }, '/collections/films', window);
    const refusals = new Refusals(page);
    await page.getByText('The key needs the scope records:read.').waitFor();
    expect(await problemsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Add record' }).click();
    await page.getByLabel('title *').fill('Paprika');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('button', { name: 'Review' }).click();
    await page.getByRole('button', { name: 'Apply 1 change' }).click();
    await page.getByText('1 change applied.').waitFor(); // an undo would read the record
    await page.getByRole('link', { name: 'Import records' }).click();
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'films.csv', mimeType: 'text/csv', buffer: Buffer.from('title,year\nDune,1984\n') });
    await page.getByRole('button', { name: 'Dry run' }).click();
    await page.getByText('1 would be created').waitFor();
    await page.getByRole('button', { name: 'Import 1 record' }).click();
    await page.getByText('1 created').waitFor();
    expect(await page.getByRole('link', { name: 'Show the records' }).count()).toBe(0);
    expect(refusals.found).toEqual([]);
  });

  it('erase a record that they may not read, whose address they have', async () => {
    const path = `/collections/films/records/${film}`;
    const page = await openWith({ scopes: ['history:erase'], collections: ['films'] }, path);
    const refusals = new Refusals(page);
    await page.getByText('The key needs the scope records:read.').waitFor();
    await page.getByRole('button', { name: 'Erase…' }).click();
    await page.getByLabel(/^Type /).fill(film.slice(-8));
    expect(await problemsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Erase', exact: true }).click();
    await page.getByText('The record is erased.').waitFor();
    const { items } = (await haven.rest('GET', `${path}/history`)).body;
    expect(items.map(({ data }: { data: object | null }) => data)).toEqual([null, null, null]);
    expect(refusals.found).toEqual([]);
  });

  it('do not send or show the edits of a key that may more', async () => {
    const writer = await send(haven, 'POST', '/api-keys', {
      name: 'writer',
      scopes: ['records:read', 'records:write', 'collections:write'],
    });
    const page = await open('/collections/films');
    await signIn(page, writer.token);
    await page.getByRole('gridcell', { name: 'Brazil' }).dblclick();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.insertText('Brazil (restored)');
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Queued changes' }).getByText('1 queued change').waitFor();
    await show(page, '/collections/films/settings?tab=general');
    await page.getByLabel('Description').fill('Films to see');
    await page.getByRole('tab', { name: 'General (not saved)' }).waitFor();

    await send(haven, 'DELETE', `/api-keys/${writer.id}`, undefined);
    await page.reload();
    await signIn(page, await createKey(haven, haven.tenant, ['records:read']));
    const refusals = new Refusals(page);
    await page.getByRole('tab', { name: 'General', exact: true }).waitFor();
    expect(await page.getByLabel('Description').inputValue()).toBe('Films of a cinema');
    await page.getByText('the key needs the scope collections:write').waitFor();
    await page.getByRole('button', { name: 'Review' }).click();
    await page.getByText('Your key may not change these records.').waitFor();
    await refusals.settled();
    expect(refusals.found).toEqual([]);

    // The view of the settings is not loaded again, and its edits are deleted as well.
    await page.goto(`${haven.url}/console/`);
    expect(await storageOf(page)).toMatch(/Films to see/);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(await storageOf(page)).not.toMatch(/Films to see|restored/);
  });

  /** Opens a view with a new key. */
  async function openWith(key: Key, path: string, window: keyof typeof WINDOWS = 'desktop'): Promise<Page> {
    const page = await open(path, { viewport: WINDOWS[window] });
    await signIn(page, await createKey(haven, haven.tenant, key.scopes, key.collections));
    return page;
  }
});

function storageOf(page: Page): Promise<string> {
  return page.evaluate(() => JSON.stringify({ ...localStorage }));
}

async function signIn(page: Page, key: string): Promise<void> {
  await page.getByLabel('API key').first().fill(key);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  await settled(page);
}

/** Shows a view without loading the page again. */
async function show(page: Page, path: string): Promise<void> {
  await page.evaluate((url) => history.pushState(null, '', url), `/console${path}`);
  await settled(page);
}

/** Visits views with different keys, and collects what is wrong. */
class Inspection {
  private readonly problems: string[] = [];
  private readonly refusals: Refusals;

  constructor(private readonly page: Page) {
    this.refusals = new Refusals(page);
    page.on('filechooser', () => undefined); // so that no dialog of the system is opened
  }

  get findings(): readonly string[] {
    return [...this.problems, ...this.refusals.found];
  }

  /** Visits views with the key that is signed in, and uses all that they offer. */
  async visit(views: readonly View[], key: Key): Promise<void> {
    const held = key.scopes.length === scopeNames.length ? 'all scopes' : `[${key.scopes.join()}]`;
    const links = await this.page
      .getByRole('navigation', { name: 'Views' })
      .getByRole('link')
      .evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).pathname));
    const offered = new Set<string>();
    for (const view of views) {
      const place = `${held} ${view.path}`;
      this.refusals.place = place;
      await show(this.page, view.path);
      await this.refusals.settled();
      const problem = wrongText(await this.page.getByRole('main').innerText(), view, key);
      if (problem !== undefined) this.problems.push(`${place}: ${problem}`);
      const isLinked = links.includes(`/console${view.path}`);
      if (isLinked && !FOR_ALL.has(view.path) && !maySee(view, key)) this.problems.push(`${place}: has a link`);
      if (!isLinked && /^\/[a-z]*$/.test(view.path) && maySee(view, key)) this.problems.push(`${place}: has no link`);
      const isOffered = view.instead !== undefined && maySee({ ...view, scopes: [view.instead] }, key);
      if (maySee(view, key) || isOffered || FOR_ALL.has(view.path))
        for (const name of await this.pressAll(view.path, place)) offered.add(name);
    }
    for (const [button, scopes] of OFFERS) {
      const isHeld = scopes.some((scope) => key.scopes.includes(scope));
      for (const name of offered) if (!isHeld && button.test(name)) this.problems.push(`${held}: offers ${name}`);
    }
    for (const name of expectedOffers(key))
      if (!offered.has(name)) this.problems.push(`${held}: does not offer ${name}`);
  }

  /** Presses every button, tab and item of a menu that a view offers, and returns their names. Confirms no dialog. */
  private async pressAll(path: string, place: string): Promise<ReadonlySet<string>> {
    const { page, refusals } = this;
    const pressed = new Set<string>();
    const { pathname } = new URL(page.url());
    for (;;) {
      if (new URL(page.url()).pathname !== pathname) await show(page, path);
      const next = (await controlsOf(page)).find(({ name }) => !pressed.has(name));
      if (!next) return pressed;
      const { role, name } = next;
      pressed.add(name);
      refusals.place = `${place}, ${name}`;
      const control = page.getByRole('main').getByRole(role, { name, exact: true }).first();
      await control.click();
      await this.settled();
      const items = await page.getByRole('menuitem').allInnerTexts();
      for (const item of items) {
        pressed.add(item);
        refusals.place = `${place}, ${name}, ${item}`;
        if (new URL(page.url()).pathname !== pathname) await show(page, path);
        if (!(await page.getByRole('menu').isVisible())) await control.click();
        await page.getByRole('menuitem', { name: item, exact: true }).click();
        await this.settled();
        await closeDialogs(page);
      }
      await closeDialogs(page);
    }
  }

  /** Waits until what was pressed has been drawn, with its dialog, and has sent its requests. */
  private async settled(): Promise<void> {
    await loaded(this.page);
    await this.refusals.settled();
  }
}

function maySee({ scopes, of }: View, key: Key): boolean {
  if (!scopes.some((scope) => key.scopes.includes(scope))) return false;
  return key.collections === null || of === 'some' || key.collections.includes(of);
}

/** Returns what is wrong with the text of a view: it must be complete, or say what the key lacks. */
function wrongText(text: string, view: View, key: Key): string | undefined {
  const [, code] = /What to do about (\w+)/.exec(text) ?? [];
  if (code !== undefined) return `shows ${code}`;
  const isHeld = view.scopes.some((scope) => key.scopes.includes(scope));
  const reason = isHeld ? 'The key is restricted to' : view.scopes.join(', ');
  if (maySee(view, key)) return /You may not|The key needs/.test(text) ? `refuses: ${text}` : undefined;
  return text.includes(reason) ? undefined : `does not say "${reason}": ${text}`;
}

/** Names of buttons that a key must be offered, because it has their scopes. */
function expectedOffers({ scopes, collections }: Key): string[] {
  const offers: [Scope, string, isForAll: boolean][] = [
    ['records:write', 'Add record', false],
    ['records:write', 'Paste rows', false],
    ['history:erase', 'Erase…', false],
    ['collections:write', 'Delete the collection…', false],
    ['collections:write', 'New collection', true],
    ['webhooks:write', 'New webhook', false],
    ['keys:write', 'New key', true],
    ['operator', 'New tenant', true],
  ];
  return offers
    .filter(([scope, , isForAll]) => scopes.includes(scope) && (collections === null || !isForAll))
    .map(([, name]) => name);
}

/** Returns the buttons and tabs of the view, without those of its tables. Disabled buttons are not offered. */
async function controlsOf(page: Page): Promise<{ role: 'button' | 'tab'; name: string }[]> {
  const main = page.getByRole('main');
  return main
    .getByRole('button')
    .or(main.getByRole('tab'))
    .evaluateAll((all) =>
      all
        .filter((control) => !control.matches(':disabled, [aria-disabled=true]') && !control.closest('[role=grid]'))
        .map((control) => ({
          role: control.getAttribute('role') === 'tab' ? ('tab' as const) : ('button' as const),
          name: control.getAttribute('aria-label') ?? (control as HTMLElement).innerText.trim(),
        }))
        .filter(({ name }) => name !== '' && !/^(?:Options of|Remove) /.test(name)),
    );
}

async function closeDialogs(page: Page): Promise<void> {
  const dialogs = page.getByRole('dialog');
  for (let count = await dialogs.count(); count > 0; count = await dialogs.count()) {
    await page.keyboard.press('Escape');
    await expect.poll(() => dialogs.count()).toBeLessThan(count);
  }
  const menu = page.getByRole('menu');
  if (await menu.isVisible()) await page.keyboard.press('Escape');
  await menu.waitFor({ state: 'hidden' });
}
