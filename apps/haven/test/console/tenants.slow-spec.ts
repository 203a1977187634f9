import { randomUUID } from 'node:crypto';

import type { Locator, Page } from 'playwright-core';
import { beforeEach, expect, it } from 'vitest';

import { openConsole, problemsOf, settled, WINDOWS } from '../support/console.js';
import { startHaven } from '../support/haven.js';
import { describeWith } from '../support/programs.js';
import { send, storeCinema } from './cinema.js';
import { asOperator, OPERATOR } from './operator.js';
import { signIn, tenantKey } from './sign-in.js';

const HOUR_MS = 3_600_000;
const haven = startHaven(['console.enabled=true', `auth.operatorKey=${OPERATOR}`], { keys: true });

const button = (within: Page | Locator, name: string): Locator => within.getByRole('button', { name, exact: true });

describeWith('chromium', 'tenants in the console', () => {
  const { open, windows } = openConsole(haven);
  let name: string;

  beforeEach(() => {
    name = `Acme ${randomUUID()}`;
  });

  it.each(windows())('are created, limited, suspended and deleted by operators: %s', async (window) => {
    const page = await open('/tenants', { viewport: WINDOWS[window] });
    await signIn(page, OPERATOR);
    const creation = page.getByRole('dialog', { name: 'New tenant' });
    const create = async (): Promise<void> => {
      await button(page, 'New tenant').click();
      await creation.getByLabel('Name').fill(name);
      await button(creation, 'Create tenant').click();
    };
    await create();
    await page.getByRole('heading', { level: 1, name }).waitFor();
    await settled(page);
    expect(await problemsOf(page)).toEqual([]);
    const id = page.url().split('/').at(-1) ?? '';
    const read = async () => (await asOperator(haven, 'GET', `/tenants/${id}`)).body;
    await page.getByRole('link', { name: 'All tenants' }).click();
    await create();
    await creation.getByRole('alert').getByText('ALREADY_EXISTS', { exact: true }).waitFor();
    expect(await problemsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await button(page, 'Discard').click();
    await creation.waitFor({ state: 'hidden' });
    await page.getByLabel('Find a tenant').fill(id);
    await page.getByRole('link', { name }).click();
    const renaming = page.getByRole('dialog', { name: 'Rename the tenant' });
    await button(page, 'Rename…').click();
    await page.keyboard.press('Escape'); // nothing was typed
    await renaming.waitFor({ state: 'hidden' });
    await button(page, 'Rename…').click();
    await renaming.getByLabel('Name').fill('Other');
    await page.keyboard.press('Escape');
    await button(page, 'Discard').click();
    await renaming.waitFor({ state: 'hidden' });

    // Another operator changes the tenant while the quotas are typed.
    await page.getByLabel('Records', { exact: true }).fill('10');
    await asOperator(haven, 'PATCH', `/tenants/${id}`, { quotas: { indexes: 3 } });
    await button(page, 'Save quotas').click();
    await page.getByRole('alert').getByText('VERSION_CONFLICT', { exact: true }).waitFor();
    await expect.poll(() => page.getByLabel('Indexes', { exact: true }).inputValue()).toBe('3');
    expect(await page.getByLabel('Records', { exact: true }).inputValue()).toBe('10');
    await button(page, 'Save quotas').click();
    await page.getByText('The quotas are saved.').waitFor();
    expect((await read()).quotas).toMatchObject({ records: 10, indexes: 3, collections: null });
    await page.getByRole('progressbar', { name: 'Records: 0 of 10' }).waitFor({ state: 'attached' });

    await button(page, 'Suspend…').click();
    const suspension = page.getByRole('dialog', { name: `Suspend ${name}` });
    await suspension.getByText(/will fail with TENANT_SUSPENDED/).waitFor();
    expect(await problemsOf(page)).toEqual([]);
    await button(suspension, 'Suspend').click();
    await page.getByText(`${name} is suspended.`).waitFor();
    await page.getByText('Suspended', { exact: true }).waitFor();
    expect(await read()).toMatchObject({ state: 'suspended' });
    expect(await button(page, 'Open its data…').count()).toBe(0);
    await button(page, 'Resume').click();
    await page.getByText(`${name} is active again.`).waitFor();
    expect(await read()).toMatchObject({ state: 'active' });

    await button(page, 'Delete…').click();
    const deletion = page.getByRole('dialog', { name: `Delete ${name}` });
    expect(await button(deletion, 'Delete').isDisabled()).toBe(true);
    expect(await problemsOf(page)).toEqual([]);
    await deletion.getByLabel(/^Type /).fill(name);
    await button(deletion, 'Delete').click();
    await page.getByText(`${name} is being deleted.`).waitFor();
    await page.getByRole('heading', { level: 1, name: 'Tenants' }).waitFor();
    expect((await read()).state ?? 'deleted').toMatch(/^delet/);
  });

  /** Enters the tenant of the test as an operator. */
  async function enter(page: Page, mode: string): Promise<void> {
    await page.goto(`${haven.url}/console/tenants/${haven.tenant}`);
    await button(page, 'Open its data…').click();
    const dialog = page.getByRole('dialog', { name: `Open the data of ${haven.tenant}` });
    await dialog.getByText(/valid for 8 hours.* revoked when you leave the tenant or sign out/).waitFor();
    expect(await problemsOf(page)).toEqual([]);
    await dialog.getByLabel(mode).check();
    await button(dialog, 'Open').click();
    await button(page, 'Leave tenant').waitFor();
    await settled(page);
  }

  /** Returns the newest key with which an operator has entered the tenant of the test. */
  const enteringKey = async (): Promise<any> =>
    (await asOperator(haven, 'GET', `/api-keys?tenant=${haven.tenant}`)).body.items.findLast(({ name }: any) =>
      name.startsWith('Console of '),
    );
  const isRevoked = async (): Promise<boolean> => (await enteringKey()).revokedAt !== null;

  it.each(windows())('are entered by operators with a key for 8 hours: %s', async (window) => {
    await storeCinema(haven);
    const page = await open('/', { viewport: WINDOWS[window] });
    await signIn(page, OPERATOR);
    await enter(page, 'Only read');
    expect(await problemsOf(page)).toEqual([]);
    const { scopes, createdAt, expiresAt } = await enteringKey();
    expect(scopes).toEqual(['records:read', 'changes:read', 'stats:read']);
    expect((Date.parse(expiresAt) - Date.parse(createdAt)) / HOUR_MS).toBeCloseTo(8, 1);
    await page.goto(`${haven.url}/console/collections/films`);
    await page.getByRole('gridcell', { name: 'Brazil' }).waitFor();
    expect(await page.getByRole('button', { name: /^Add/ }).count()).toBe(0);
    await button(page, 'Leave tenant').click();
    await page.getByRole('heading', { level: 1, name: haven.tenant }).waitFor();
    await expect.poll(isRevoked).toBe(true);

    await enter(page, 'Read and change everything');
    await queueChange(page);
    expect(await isRevoked()).toBe(false);
    await button(page, 'Sign out').click();
    await button(page, 'Sign in').waitFor();
    await expect.poll(isRevoked).toBe(true);
    await expectNothingKept(page);
  });

  async function queueChange(page: Page): Promise<void> {
    await page.goto(`${haven.url}/console/collections/films`);
    await page.getByRole('gridcell', { name: 'Brazil' }).dblclick();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.insertText('Brazil (restored)');
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Queued changes' }).getByText('1 queued change').waitFor();
  }

  const expectNothingKept = async (page: Page): Promise<void> =>
    expect(await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]))).not.toMatch(
      /Brazil|hvn_/,
    );

  it('leave no queued changes in the browser when the operator signs out after leaving them', async () => {
    await storeCinema(haven);
    const page = await open('/');
    await signIn(page, OPERATOR);
    await enter(page, 'Read and change everything');
    await queueChange(page);
    await button(page, 'Leave tenant').click();
    await page.getByRole('heading', { level: 1, name: haven.tenant }).waitFor();
    await button(page, 'Sign out').click();
    await button(page, 'Sign in').waitFor();
    await expectNothingKept(page);
  });

  it.each([
    ['is suspended', () => asOperator(haven, 'PATCH', `/tenants/${haven.tenant}`, { suspended: true })],
    [
      'revokes the key',
      async () => asOperator(haven, 'DELETE', `/api-keys/${(await enteringKey()).id}?tenant=${haven.tenant}`),
    ],
  ])('are left when one %s', async (_, end) => {
    await haven.as(haven.tenant);
    const page = await open('/');
    await signIn(page, OPERATOR);
    await enter(page, 'Only read');
    await end();
    await page.getByRole('heading', { level: 1, name: 'Your access to this tenant has ended' }).waitFor();
    expect(await problemsOf(page)).toEqual([]);
    await button(page, 'Go back to your own tenant').click();
    await page.getByRole('heading', { level: 1, name: haven.tenant }).waitFor();
    await expect.poll(isRevoked).toBe(true);
  });

  it('that are suspended say so when their users sign in, who can use another key', async () => {
    const suspended = await tenantKey(haven);
    const page = await open('/');
    await signIn(page, suspended);
    await asOperator(haven, 'PATCH', `/tenants/${haven.tenant}`, { suspended: true });
    await page.reload();
    const alert = page.getByRole('alert').getByText('TENANT_SUSPENDED', { exact: true });
    await alert.waitFor();
    expect(await problemsOf(page)).toEqual([]);
    await button(page, 'Sign in with another key').click();
    await page.getByLabel('API key').first().fill(suspended);
    await page.keyboard.press('Enter');
    await alert.waitFor();
    expect(await problemsOf(page)).toEqual([]);
    await signIn(page, OPERATOR);
  });

  it('are shown to operators only', async () => {
    const key = await tenantKey(haven);
    const page = await open('/tenants');
    await signIn(page, key);
    await page.getByText('The key needs the scope operator.').waitFor();
    expect(await page.getByRole('navigation', { name: 'Views' }).getByText('Tenants').count()).toBe(0);
    expect(await button(page, 'New tenant').count()).toBe(0);
    await page.goto(`${haven.url}/console/tenants/${haven.tenant}`);
    await page.getByText('The key needs the scope operator.').waitFor();
    expect(await problemsOf(page)).toEqual([]);
    const { token } = await send(haven, 'POST', '/api-keys', { name: 'reader', scopes: ['records:read'] });
    await button(page, 'Sign out').click();
    await signIn(page, token);
    await page.goto(`${haven.url}/console/keys`);
    await page.getByText(/^The key needs (?:the scope|one of the scopes) .*keys:write/).waitFor();
  });
});
