import type { Page } from 'playwright-core';

import { settled } from '../support/console.js';
import type { Haven } from '../support/haven.js';

/** Enters a key on the page that asks for one, and waits until the view is shown. */
export async function signIn(page: Page, key: string): Promise<void> {
  await page.getByLabel('API key').filter({ visible: true }).first().fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  await settled(page);
}

/** Returns the key of the tenant of the test. */
export async function tenantKey(haven: Haven): Promise<string> {
  return (await haven.as(haven.tenant))['authorization']?.replace('Bearer ', '') ?? '';
}
