import type { Locator, Page } from 'playwright-core';
import { expect, vi } from 'vitest';

/** For the IDE, which loads an editor of megabytes. */
export const IDE_PATIENCE = { timeout: 30_000 };

export const ideEditor = (page: Page): Locator => page.locator('.graphiql-query-editor .view-lines');

/** Runs the document. The list of suggestions, which covers the button and may open late, is closed first. */
export async function executeDocument(page: Page): Promise<void> {
  const button = page.getByRole('button', { name: /Execute query/ });
  await vi.waitFor(async () => {
    await page.keyboard.press('Escape');
    await button.click({ timeout: 1_000 });
  }, IDE_PATIENCE);
}

/** Returns the text that an editor of the IDE shows, by default the result; it writes spaces as U+00A0. */
export async function ideText(page: Page, editor = page.locator('.result-window .view-lines')): Promise<string> {
  return (await editor.innerText()).replaceAll('\u00A0', ' ');
}

/** Waits until the result contains a text. */
export async function showsResult(page: Page, text: string | RegExp): Promise<void> {
  await expect.poll(() => ideText(page), IDE_PATIENCE).toMatch(text);
}
