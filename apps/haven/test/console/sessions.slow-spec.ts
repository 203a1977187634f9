import { randomUUID } from 'node:crypto';

import { beforeEach, expect, it } from 'vitest';

import { openConsole, problemsOf, settled, WINDOWS } from '../support/console.js';
import { startHaven } from '../support/haven.js';
import { describeWith } from '../support/programs.js';
import { send, storeCinema } from './cinema.js';
import { signIn, tenantKey } from './sign-in.js';

const haven = startHaven(['console.enabled=true'], { keys: true });

describeWith('chromium', 'sessions of the console', () => {
  const { open, windows } = openConsole(haven);
  let key: string;
  let film: string;

  beforeEach(async () => {
    ({ film } = await storeCinema(haven));
    key = await tenantKey(haven);
  });

  async function openAs(path: string, secret: string) {
    const page = await open(path);
    await signIn(page, secret);
    return page;
  }

  const restricted = async (scopes: string[], collections?: string[]): Promise<{ id: string; token: string }> =>
    send(haven, 'POST', '/api-keys', { name: 'restricted', scopes, ...(collections && { collections }) });

  it('begin with a key, which stays in the tab', async () => {
    const page = await open('/collections/films');
    expect(await problemsOf(page)).toEqual([]);
    await page.getByLabel('API key').first().fill('hvn_unknown');
    await page.keyboard.press('Enter');
    await page.getByText('The server refused the key').waitFor();
    await page.getByLabel('API key').first().fill(key);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'films' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'films' }).waitFor();
    const kept = await page.evaluate(() => [
      JSON.stringify({ ...localStorage }),
      document.cookie,
      location.href,
      document.documentElement.outerHTML,
    ]);
    for (const place of kept) expect(place).not.toContain(key);
    const other = await page.context().newPage();
    await other.goto(page.url());
    await other.getByRole('button', { name: 'Sign in' }).waitFor();
  });

  it('end with the button, and queued changes with them', async () => {
    const page = await openAs('/collections/films', key);
    await page.getByRole('gridcell', { name: 'Brazil' }).dblclick();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.insertText('Brazil (restored)');
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Queued changes' }).getByText('1 queued change').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]))).not.toMatch(
      /Brazil|hvn_/,
    );
  });

  it('that end because the key was revoked keep queued changes', async () => {
    const issued = await restricted(['records:read', 'records:write', 'collections:write']);
    const page = await openAs('/collections/films', issued.token);
    await page.getByRole('gridcell', { name: 'Brazil' }).dblclick();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.insertText('Brazil (restored)');
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Queued changes' }).getByText('1 queued change').waitFor();
    await haven.rest('DELETE', `/api-keys/${issued.id}`);
    await page.reload();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await page.getByLabel('API key').first().fill(key);
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Queued changes' }).getByText('1 queued change').waitFor();
  });

  it('that end because a change is refused keep queued changes, which are then applied', async () => {
    const issued = await restricted(['records:read', 'records:write', 'collections:write']);
    const page = await openAs('/collections/films', issued.token);
    await page.getByRole('gridcell', { name: 'Brazil' }).dblclick();
    await page.keyboard.insertText('Brazil (restored)');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Review' }).click();
    await page.getByText('The changes can be applied').waitFor();
    await haven.rest('DELETE', `/api-keys/${issued.id}`);
    await page.getByRole('button', { name: 'Apply 1 change' }).click();
    await page.getByText('The server refused the key').waitFor();
    await signIn(page, key);
    const edits = page.getByRole('region', { name: 'Queued changes' });
    await edits.getByText('1 queued change').waitFor();
    await edits.getByRole('button', { name: 'Finish applying 1 change' }).click();
    await edits.getByRole('button', { name: 'Undo 1 change' }).waitFor();
    const filter = { title: 'Brazil (restored)' };
    expect((await send(haven, 'POST', '/collections/films/query', { filter })).items).toMatchObject([{ version: 2 }]);
  });

  it('that end because a change is refused keep what is open, which is then sent', async () => {
    const scopes = ['records:read', 'keys:write'];
    const issued = await restricted(scopes);
    const next = await restricted(scopes);
    const page = await openAs('/keys', issued.token);
    await page.getByRole('button', { name: 'New key' }).click();
    const form = page.getByRole('dialog', { name: 'New API key' });
    await form.getByLabel('Name').fill('web shop');
    await form.getByRole('checkbox').first().check();
    await haven.rest('DELETE', `/api-keys/${issued.id}`);
    await form.getByRole('button', { name: 'Create key' }).click();
    await page.getByText('The server refused the key').waitFor();
    await page.keyboard.press('Escape'); // not for the dialog
    expect(await page.getByRole('heading').allInnerTexts()).toEqual(['Haven']);
    expect(await problemsOf(page)).toEqual([]);
    await signIn(page, next.token);
    expect(await form.getByLabel('Name').inputValue()).toBe('web shop');
    await form.getByRole('button', { name: 'Create key' }).click();
    await page.getByRole('dialog', { name: 'Copy the key now' }).waitFor();

    // A key of other rights begins with new views.
    await haven.rest('DELETE', `/api-keys/${next.id}`);
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'New key' }).click();
    await form.getByLabel('Name').fill('report');
    await form.getByRole('checkbox').first().check();
    await form.getByRole('button', { name: 'Create key' }).click();
    await page.getByText('The server refused the key').waitFor();
    await signIn(page, key);
    await page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('show nothing of the tenant of an earlier session', async () => {
    const issued = await restricted(['records:read']);
    const page = await openAs('/collections/films', issued.token);
    await page.getByRole('gridcell', { name: 'Brazil' }).waitFor();
    await haven.rest('DELETE', `/api-keys/${issued.id}`);
    await page.getByRole('textbox', { name: 'Search' }).fill('alien');
    await page.getByText('The server refused the key').waitFor();
    await page.goBack(); // to the list that was read before
    await page.route('**/api/v1/collections/**', () => undefined); // no response, so that only cached data is shown
    const other = await haven.as(randomUUID());
    await page
      .getByLabel('API key')
      .first()
      .fill(other['authorization']?.replace('Bearer ', '') ?? '');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('main').getByText('Loading').first().waitFor();
    expect(page.url()).not.toContain('search');
    expect(await page.getByRole('main').innerText()).not.toContain('Brazil');
  });

  it.each(windows())('of a key that may only read offer no changes: %s', async (window) => {
    const { token: reader } = await restricted(['records:read'], ['films']);
    const page = await open('/collections/films', { viewport: WINDOWS[window] });
    await page.getByLabel('API key').first().fill(reader);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'films' }).waitFor();
    await settled(page);
    for (const name of [/^Add/, /^Paste/, /^Delete/, /^Import/])
      expect(await page.getByRole('button', { name }).count(), String(name)).toBe(0);
    const views = page.getByRole('navigation', { name: 'Views' }).getByRole('link', { includeHidden: true });
    expect(await views.allInnerTexts()).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/Webhooks|Keys|Tenants|Changes/)]),
    );
    await page.goto(`${haven.url}/console/collections/films/records/${film}`);
    await page.getByRole('heading', { level: 1, name: 'Alien' }).waitFor();
    await settled(page);
    for (const name of [/^Delete/, /^Erase/, /^Restore/])
      expect(await page.getByRole('button', { name }).count(), String(name)).toBe(0);
    expect(await problemsOf(page)).toEqual([]);
    await page.goto(`${haven.url}/console/collections/people`);
    await settled(page);
    await page
      .getByText(/FORBIDDEN|may not|NOT_FOUND/)
      .first()
      .waitFor();
  });
});
