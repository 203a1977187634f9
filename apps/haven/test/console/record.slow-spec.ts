import type { Page } from 'playwright-core';
import { beforeEach, expect, it } from 'vitest';

import { openConsole, problemsOf, settled, WINDOWS } from '../support/console.js';
import { startHaven } from '../support/haven.js';
import { describeWith } from '../support/programs.js';
import { send, storeCinema } from './cinema.js';

const haven = startHaven(['console.enabled=true']);

describeWith('chromium', 'a record in the console', () => {
  const { open } = openConsole(haven);
  let film: string;
  let person: string;

  beforeEach(async () => {
    ({ film, person } = await storeCinema(haven));
  });

  const path = (): string => `/collections/films/records/${film}`;
  const read = async (): Promise<any> => (await haven.rest('GET', path())).body;
  const json = (page: Page) => page.getByRole('textbox', { name: 'The document as JSON' });
  const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });

  it('is edited in the form and as JSON, each of which follows the other', async () => {
    const page = await open(path());
    await page.getByLabel('title *').fill('Aliens');
    await expect.poll(() => json(page).innerText()).toContain('"Aliens"');
    await page.getByLabel('year', { exact: true }).fill('1800');
    await page.getByText('1800 is less than 1888.').waitFor();
    await json(page).press('ControlOrMeta+A');
    await page.keyboard.type('{"title": "Alien³", "studio": {"name": "Fox"}, "likes": 12345678901234567890');
    await page.getByText('The number 12345678901234567890 cannot be stored').waitFor();
    for (let count = 0; count < 8; count += 1) await page.keyboard.press('Backspace');
    await expect.poll(() => page.getByLabel('title *').inputValue()).toBe('Alien³');
    expect(await page.getByLabel('name', { exact: true }).inputValue()).toBe('Fox');
    expect(await page.getByLabel('likes', { exact: true }).inputValue()).toBe('123456789012');
    await page.reload();
    await settled(page);
    expect(await page.getByLabel('title *').inputValue()).toBe('Alien³');
    expect((await read()).data.title).toBe('Alien');
    await button(page, 'Discard the change').click();
    expect(await page.getByLabel('title *').inputValue()).toBe('Alien');
  });

  it('keeps a text that is not valid yet when it is read again, and the version to which it belongs', async () => {
    const page = await open(path());
    await json(page).click();
    await page.keyboard.press('ControlOrMeta+Home');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.type('"note": 1'); // without a comma after it
    await page.getByText('Changed, not valid yet').waitFor();
    expect(await page.getByRole('region', { name: 'Queued changes' }).count()).toBe(0);
    await send(haven, 'PATCH', path(), { data: { rating: 9 } });
    await page.clock.setFixedTime(Date.now() + 60_000); // what was read is out of date
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange', { bubbles: true })));
    await page.getByText('Your change is based on version 2, and the record has version 3 now.').waitFor();
    expect(await json(page).innerText()).toContain('"note": 1');
    expect(await page.getByLabel('rating', { exact: true }).inputValue()).toBe('8.6');
    expect(await problemsOf(page)).toEqual([]);
    await page.keyboard.type(',');
    await page.getByText('Changed, not applied yet').waitFor();
    await page.getByText('Your change is based on version 2').waitFor();
    expect(await page.getByLabel('rating', { exact: true }).inputValue()).toBe('8.6');
    await page.keyboard.press('Backspace');
    await page.getByText('Changed, not valid yet').waitFor();
    await button(page, 'Discard the change').click();
    await page.getByText('No changes').waitFor();
    expect(await page.getByLabel('rating', { exact: true }).inputValue()).toBe('9');
  });

  it('refuses numbers that would be changed, wherever they are typed', async () => {
    const page = await open(path());
    const rating = page.getByLabel('rating', { exact: true });
    await rating.press('ControlOrMeta+A');
    await page.keyboard.type('0.1000000000000000055');
    await page.getByText('Cannot be stored: it has too many digits and would become 0.1.').waitFor();
    await expect.poll(() => json(page).innerText()).toContain('"rating": 8.6');
    expect(await page.getByRole('region', { name: 'Queued changes' }).count()).toBe(0);

    await page.goto(`${haven.url}/console/collections/films`);
    await page.getByRole('gridcell', { name: '7.8', exact: true }).dblclick();
    await page.keyboard.type('12345678901234567891');
    await page.keyboard.press('Enter');
    await page.getByText('Cannot be stored: it has too many digits and would become 12345678901234567000.').waitFor();
    await page.keyboard.press('Escape');

    await page.keyboard.press('n');
    const added = page.getByRole('dialog', { name: 'Add a record to films' });
    await added.getByLabel('title *').fill('Dune');
    const discard = page.getByRole('dialog', { name: 'Discard your input?' });
    await page.keyboard.press('Escape');
    expect(await problemsOf(page)).toEqual([]);
    await button(page, 'Keep editing').click();
    await discard.waitFor({ state: 'hidden' });
    await json(page).click();
    await page.keyboard.press('ControlOrMeta+Home');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.type('"y');
    const completions = page.getByRole('listbox', { name: 'Completions' });
    await completions.waitFor();
    await page.keyboard.press('Escape'); // closes only the completions
    await completions.waitFor({ state: 'hidden' });
    await page.keyboard.type('ear": 1984,');
    await page.keyboard.press('Tab');
    expect(await json(page).evaluate((editor) => editor.contains(document.activeElement))).toBe(false);
    expect(await discard.count()).toBe(0);
    await expect.poll(() => added.getByLabel('year', { exact: true }).inputValue()).toBe('1984');
    await added.getByLabel('year', { exact: true }).click();
    await page.keyboard.type('12345678901234567891');
    await button(page, 'Add').click();
    await added.getByText('A value cannot be read').waitFor();
    await added.getByLabel('year', { exact: true }).fill('1984');
    await button(page, 'Add').click();
    await page.getByRole('region', { name: 'Queued changes' }).getByText('1 queued change').waitFor();
  });

  it('is added with the members of other records if there is no schema', async () => {
    await send(haven, 'PUT', '/collections/notes', {});
    const data = { title: 'First', count: 1, isDone: true, tags: ['a'] };
    await send(haven, 'POST', '/collections/notes/records', { data });
    const page = await open('/collections/notes');
    await page.keyboard.press('n');
    const added = page.getByRole('dialog', { name: 'Add a record to notes' });
    await added.getByText('These are the members of other records.').waitFor();
    expect(await problemsOf(page)).toEqual([]);
    await added.getByLabel('title', { exact: true }).fill('Second');
    await added.getByLabel('count', { exact: true }).fill('1.5');
    await button(page, 'Add to tags').click();
    await added.getByLabel('tags 1', { exact: true }).fill('b');
    await button(page, 'Add').click();
    await button(page, 'Review').click();
    await button(page, 'Apply 1 change').click();
    await page.getByText('1 change applied.').waitFor();
    const { items } = await send(haven, 'POST', '/collections/notes/query', { filter: { title: 'Second' } });
    expect(items).toMatchObject([{ data: { title: 'Second', count: 1.5, tags: ['b'] } }]);
    expect(items[0].data).not.toHaveProperty('isDone');
  });

  it('says who changed it, shows it as it was, and restores it', async () => {
    const page = await open(path());
    await button(page, 'Previous version').click();
    await page.getByText('Since then, the record was changed from version 1 to 2').waitFor();
    expect(await page.getByLabel('rating', { exact: true }).inputValue()).toBe('8.5');
    expect(await problemsOf(page)).toEqual([]);
    await page.getByRole('slider').press('End');
    await expect.poll(() => page.getByLabel('rating', { exact: true }).inputValue()).toBe('8.6');
    await page.getByRole('tab', { name: 'History' }).click();
    await page.getByText(/^Changed by /).waitFor();
    await button(page, 'Restore version 1').click();
    const dialog = page.getByRole('dialog', { name: 'Restore version 1' });
    await dialog.getByText('rating').waitFor();
    expect(await problemsOf(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Restore', exact: true }).click();
    await page.getByText(/^Restored by /).waitFor();
    expect(await read()).toMatchObject({ version: 3, data: { rating: 8.5 } });
  });

  it('is restored after it was deleted, and erased when its id was typed', async () => {
    await haven.rest('DELETE', path());
    const page = await open(path());
    await page.getByText('This record was deleted').waitFor();
    await button(page, 'Restore version 2').click();
    await button(page, 'Restore').click();
    await page.getByText('No changes').waitFor();
    expect((await read()).data.title).toBe('Alien');
    await button(page, 'Erase…').click();
    expect(await button(page, 'Erase').isDisabled()).toBe(true);
    await page.getByLabel(/^Type /).fill(film.slice(-8));
    await button(page, 'Erase').click();
    await page.getByText('This record was erased').waitFor();
    expect((await haven.rest('GET', path())).status).toBe(404);
  });

  it('leads to the records to which it refers, and to those that refer to it', async () => {
    const page = await open(path());
    await button(page, 'Choose director').click();
    await page.getByLabel('Find').fill('SCOTT');
    await page.getByRole('button', { name: `Ridley Scott ${person}` }).click();
    await page.getByRole('link', { name: 'Ridley Scott' }).click();
    await page.getByRole('heading', { level: 1, name: 'Ridley Scott' }).waitFor();
    await page.getByRole('tab', { name: 'References' }).click();
    await page.getByRole('link', { name: 'Alien' }).waitFor();
    expect(await problemsOf(page)).toEqual([]);
  });

  it('is copied as requests that work, without the key', async () => {
    const page = await open(path(), { permissions: ['clipboard-read', 'clipboard-write'] });
    await button(page, 'Copy as…').click();
    await page.getByRole('tab', { name: 'GraphQL' }).click();
    await button(page, 'Copy “Read the typed record”').click();
    const query = await page.evaluate(() => navigator.clipboard.readText());
    const response = await fetch(`${haven.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    expect(await response.json()).toMatchObject({ data: { film: { _version: 2, title: 'Alien', rating: 8.6 } } });
  });

  it('shows a value of a megabyte without all of it, and edits the rest on a phone', async () => {
    const data = { title: 'Large', text: 'x'.repeat(1_000_000) };
    await send(haven, 'PUT', '/collections/notes', {});
    const { id } = await send(haven, 'POST', '/collections/notes/records', { data });
    const page = await open(`/collections/notes/records/${id}`, { viewport: WINDOWS.phone });
    expect((await page.locator('body').innerText()).length).toBeLessThan(5_000);
    expect(await problemsOf(page)).toEqual([]);
    await page.getByLabel('title', { exact: true }).fill('Larger');
    await button(page, 'Show the difference').click();
    await page.getByText('"Larger"').waitFor();
    await button(page, /^Show all 1,000,000 characters/).click();
    const long = page.getByLabel('text', { exact: true });
    const properties = ({ value, spellcheck, wrap }: HTMLTextAreaElement) => [value.length, spellcheck, wrap];
    expect(await long.evaluate(properties)).toEqual([1_000_000, false, 'off']);
  });
});
