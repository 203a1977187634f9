import type { Locator, Page } from 'playwright-core';
import { beforeEach, expect, it } from 'vitest';

import { openConsole, problemsOf, WINDOWS } from '../support/console.js';
import { startHaven } from '../support/haven.js';
import { describeWith } from '../support/programs.js';
import { storeCinema } from './cinema.js';
import { asOperator, OPERATOR } from './operator.js';
import { signIn, tenantKey } from './sign-in.js';

const HOUR_MS = 3_600_000;
const haven = startHaven(['console.enabled=true', `auth.operatorKey=${OPERATOR}`], { keys: true });

/** Returns the description of the caller with a key, or the code of the error. */
const callerWith = async (key: string): Promise<any> => {
  const { body } = await haven.rest('GET', '/caller', undefined, { authorization: `Bearer ${key}` });
  return body.code ?? body;
};

const button = (within: Page | Locator, name: string): Locator => within.getByRole('button', { name, exact: true });

describeWith('chromium', 'keys in the console', () => {
  const { open, windows } = openConsole(haven);
  let key: string;

  beforeEach(async () => {
    key = await tenantKey(haven);
  });

  /** Reads the secret in the dialog that shows it once, and closes the dialog. */
  async function issuedKey(page: Page): Promise<string> {
    const dialog = page.getByRole('dialog', { name: 'Copy the key now' });
    const secret = await dialog.locator('pre').first().innerText();
    expect(secret).toMatch(/^hvn_[0-9a-f]{16}_[0-9a-f]{64}$/);
    await button(dialog, 'Copy the key').click();
    await button(dialog, 'Copied').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret);
    await page.keyboard.press('Escape');
    expect(await problemsOf(page)).toEqual([]);
    await button(dialog, 'Done').click();
    await dialog.waitFor({ state: 'detached' });
    return secret;
  }

  it.each(windows())('are created, rotated and revoked: %s', async (window) => {
    const page = await open('/keys', {
      viewport: WINDOWS[window],
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await signIn(page, key);
    await page.getByText('1 of 1,000').waitFor();
    await button(page, 'New key').click();
    const form = page.getByRole('dialog', { name: 'New API key' });
    await form.getByLabel('Name').fill('web shop');
    expect(await button(form, 'Create key').isDisabled()).toBe(true);
    expect(await form.getByRole('checkbox').count()).toBe(8);
    expect(await form.getByRole('checkbox', { name: 'operator' }).count()).toBe(0);
    for (const scope of ['records:read', 'records:write']) await form.getByRole('checkbox', { name: scope }).check();
    expect(await problemsOf(page)).toEqual([]);
    await button(form, 'Create key').click();
    const first = await issuedKey(page);
    const [, id = ''] = first.split('_');
    expect(await callerWith(first)).toMatchObject({ scopes: ['records:read', 'records:write'], collections: null });
    await page.getByText('2 of 1,000').waitFor();
    await page.reload();
    await page.getByRole('row', { name: 'web shop' }).waitFor();
    const kept = await page.evaluate(() =>
      JSON.stringify([document.documentElement.outerHTML, { ...localStorage }, { ...sessionStorage }]),
    );
    expect(kept).not.toContain(first);

    const rotate = page.getByRole('dialog', { name: 'Rotate the key “web shop”' });
    await button(page, 'Rotate web shop').click();
    await rotate.getByText('Its id, scopes and history stay the same.').waitFor();
    expect(await problemsOf(page)).toEqual([]);
    await button(rotate, 'Rotate').click();
    await page.getByText(/^The previous secret is valid until /).waitFor();
    const second = await issuedKey(page);
    expect(await callerWith(first)).toMatchObject({ actor: `key:${id}` });
    expect(await callerWith(second)).toMatchObject({ actor: `key:${id}` });
    await page.getByText(/^Previous secret valid until /).waitFor();

    await button(page, 'Rotate web shop').click();
    await rotate.getByRole('combobox', { name: 'Keep the previous secret valid' }).click();
    await page.getByRole('option', { name: 'Not at all' }).click();
    await button(rotate, 'Rotate').click();
    const third = await issuedKey(page);
    expect(await callerWith(second)).toBe('UNAUTHENTICATED');
    expect(await callerWith(third)).toMatchObject({ actor: `key:${id}` });

    const revoke = page.getByRole('dialog', { name: 'Revoke the key “web shop”' });
    await button(page, 'Revoke web shop').click();
    await revoke.getByText(/^Within a second the key is refused everywhere/).waitFor();
    expect(await problemsOf(page)).toEqual([]);
    await button(revoke, 'Cancel').click();
    await revoke.waitFor({ state: 'detached' });
    expect(await callerWith(third)).toMatchObject({ actor: `key:${id}` });
    await button(page, 'Revoke web shop').click();
    await button(revoke, 'Revoke').click();
    await page.getByText('The key “web shop” is revoked.').waitFor();
    await page.getByRole('row', { name: 'web shop' }).waitFor({ state: 'detached' });
    await page.getByText('1 of 1,000').waitFor();
    expect(await callerWith(third)).toBe('UNAUTHENTICATED');
    await page.getByRole('switch', { name: 'Show 1 revoked' }).check();
    await page.getByRole('row', { name: /web shop.*Revoked/ }).waitFor();
  });

  it('are restricted to collections and a time', async () => {
    await storeCinema(haven);
    const page = await open('/keys', { permissions: ['clipboard-read', 'clipboard-write'] });
    await signIn(page, key);
    await button(page, 'New key').click();
    const form = page.getByRole('dialog', { name: 'New API key' });
    await form.getByLabel('Name').fill('report');
    await button(form, 'Only reading').click();
    await form.getByRole('switch', { name: 'Restrict the key to some collections' }).check();
    await form.getByRole('combobox', { name: 'Collections' }).fill('films');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await form.getByRole('combobox', { name: 'Expires' }).click();
    await page.getByRole('option', { name: 'In 7 days' }).click();
    await button(form, 'Create key').click();
    const secret = await issuedKey(page);
    expect(await callerWith(secret)).toMatchObject({
      scopes: ['records:read', 'changes:read', 'stats:read'],
      collections: ['films'],
    });
    const { createdAt, expiresAt } = (await haven.rest('GET', `/api-keys/${secret.split('_')[1]}`)).body;
    expect((Date.parse(expiresAt) - Date.parse(createdAt)) / HOUR_MS).toBeCloseTo(7 * 24, 1);
    await page.getByRole('row', { name: /report.*Only films/ }).waitFor();
  });

  it('end the session if they are revoked in it', async () => {
    const page = await open('/keys');
    await signIn(page, key);
    await button(page, 'Revoke test').click();
    const dialog = page.getByRole('dialog', { name: 'Revoke the key “test”' });
    await dialog.getByText('You are signed in with this key: revoking it ends your session.').waitFor();
    await button(dialog, 'Revoke').click();
    await button(page, 'Sign in').waitFor();
  });

  it.each(windows())('and other things are counted against their quotas: %s', async (window) => {
    await storeCinema(haven);
    await asOperator(haven, 'PATCH', `/tenants/${haven.tenant}`, { quotas: { records: 5, keys: 1 } });
    await expect.poll(async () => (await haven.rest('GET', '/usage')).body.records).toEqual({ used: 4, limit: 5 });
    const page = await open('/keys', { viewport: WINDOWS[window] });
    await signIn(page, key);
    const usage = page.getByRole('region', { name: 'Usage' });
    await expect
      .poll(() => usage.getByRole('progressbar').evaluateAll((all) => all.map((bar) => bar.getAttribute('aria-label'))))
      .toEqual([
        'Collections: 2 of 1,000',
        'Records: 4 of 5',
        'API keys: 1 of 1',
        expect.stringMatching(/^Indexes: \d of 1,000$/),
      ]);
    expect(await usage.getByRole('progressbar').nth(1).getAttribute('aria-valuenow')).toBe('80');
    await usage.getByText('Records: almost full').waitFor();
    await usage.getByText('API keys: full: further requests fail with QUOTA_EXCEEDED').waitFor();
    await usage.getByText(/ B, no limit$|kB, no limit$/).waitFor();
    await button(page, 'New key').click();
    const form = page.getByRole('dialog', { name: 'New API key' });
    await form.getByLabel('Name').fill('one too many');
    await form.getByRole('checkbox', { name: 'records:read' }).check();
    await button(form, 'Create key').click();
    const alert = form.getByRole('alert');
    await alert.getByText('QUOTA_EXCEEDED', { exact: true }).waitFor();
    await alert.getByRole('link', { name: 'What to do about QUOTA_EXCEEDED' }).waitFor();
    expect(await problemsOf(page)).toEqual([]);
  });
});
