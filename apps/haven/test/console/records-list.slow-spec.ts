import type { Page } from 'playwright-core';
import { beforeEach, expect, it } from 'vitest';

import { openConsole, problemsOf, settled } from '../support/console.js';
import { startHaven } from '../support/haven.js';
import { describeWith } from '../support/programs.js';
import { send } from './cinema.js';

const haven = startHaven(['console.enabled=true']);

const FILMS = 60; // more than the first page has
const GENRES = ['drama', 'horror', 'comedy'];

describeWith('chromium', 'the list of records in the console', () => {
  const { open } = openConsole(haven);

  beforeEach(async () => {
    await send(haven, 'PUT', '/collections/films', {
      schema: {
        type: 'object',
        required: ['title'],
        properties: {
          title: { type: 'string' },
          year: { type: 'integer' },
          genre: { enum: GENRES },
          code: { type: 'string' },
        },
      },
      indexes: [{ path: 'code', unique: true }],
    });
    const lines = Array.from({ length: FILMS }, (_, index) =>
      JSON.stringify({ title: `Film ${index}`, year: 1950 + index, genre: GENRES[index % 3], code: `F${index}` }),
    );
    const type = { 'content-type': 'application/x-ndjson' };
    expect((await haven.rest('POST', '/collections/films/import', lines.join('\n'), type)).status).toBe(200);
  });

  it('is sorted by its headings, and keeps the order and the columns that the user chooses', async () => {
    const page = await open('/collections/films');
    const names = await headings(page);
    await page.getByRole('button', { name: 'genre' }).click();
    await page.getByRole('button', { name: 'year' }).click({ modifiers: ['Shift'] });
    await page.getByRole('button', { name: 'year' }).click({ modifiers: ['Shift'] });
    await expect.poll(() => firstTitle(page)).toBe('Film 59');
    expect(new URL(page.url()).searchParams.get('sort')).toBe('genre,-year');

    await page.getByRole('button', { name: 'Columns', exact: true }).click();
    await page.getByRole('checkbox', { name: 'code', exact: true }).uncheck();
    const up = page.getByRole('button', { name: 'Move title up' });
    while (await up.isEnabled()) await up.click();
    await page.keyboard.press('Escape');
    const others = names.filter((name) => !['Id', 'title', 'code'].includes(name));
    expect(await headings(page)).toEqual(['Id', 'title', ...others]);

    await page.reload();
    await settled(page);
    expect(await headings(page)).toEqual(['Id', 'title', ...others]);
    await expect.poll(() => firstTitle(page)).toBe('Film 59');
  });

  it('is filtered by conditions and by their JSON, and counted anew after changes', async () => {
    const page = await open('/collections/films');
    const countAll = page.getByRole('button', { name: 'Count all' });
    await countAll.click();
    await page.getByText('60 records, 50 loaded.').waitFor();
    await page.getByRole('row', { name: 'Film 59' }).getByRole('checkbox').check();
    await applyDeletions(page, 1);
    await countAll.click();
    await page.getByText('59 records, 50 loaded.').waitFor();

    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.getByRole('combobox', { name: 'Field' }).fill('year');
    await page.getByLabel('Comparison').selectOption('is at least');
    await page.getByLabel('Value').fill('1990');
    expect(await page.getByLabel('The filter as JSON').innerText()).toBe('{"year":{"_gte":1990}}');
    await page.getByRole('button', { name: 'Apply', exact: true }).click();
    await page.getByText('19 records.').waitFor();
    await page.getByText('JSON', { exact: true }).click();
    await page.getByRole('textbox', { name: 'Filter as JSON' }).press('ControlOrMeta+A');
    await page.keyboard.insertText('{"year": {"_gte": 1990}, "genre": "drama"}');
    await page.getByRole('button', { name: 'Apply', exact: true }).click();
    await page.getByText('6 records.').waitFor();
    await page.getByText('Conditions', { exact: true }).click();
    expect(await page.getByLabel('Value').nth(1).inputValue()).toBe('drama');
  });

  it('is shown as it was at an earlier time, without its actions', async () => {
    const [film] = await films({ code: 'F59' });
    await send(haven, 'PATCH', `/collections/films/records/${film.id}`, { data: { title: 'Film 59 (restored)' } });
    const page = await open(`/collections/films?asOf=${film.updatedAt}`);
    expect(await firstTitle(page)).toBe('Film 59');
    await page.getByText(/^As it was at/).waitFor();
    expect(await page.getByRole('checkbox', { name: /^Select/ }).count()).toBe(0);
    await page.getByRole('slider').press('Home');
    await page.getByText('At that time, none matched.').waitFor();
    await page.getByRole('button', { name: 'Now', exact: true }).click();
    await expect.poll(() => firstTitle(page)).toBe('Film 59 (restored)');
    expect(new URL(page.url()).search).toBe('');
  });

  it('opens a record by its id and by its unique value', async () => {
    const [film] = await films({ code: 'F7' });
    const page = await open('/collections/films');
    const dialog = page.getByRole('dialog', { name: 'Open a record' });
    for (const [by, field, value] of [
      ['Id', 'Id', film.id],
      ['code', 'code', 'F7'],
    ] as const) {
      await page.getByRole('button', { name: 'Open', exact: true }).click();
      await dialog.getByLabel('By', { exact: true }).selectOption(by);
      await dialog.getByRole('textbox', { name: field }).fill(value);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: 'Film 7' }).waitFor();
      expect(page.url()).toContain(`/records/${film.id}`);
      await page.goBack();
    }
  });

  it('deletes the selected records, and queues an undo that is refused', async () => {
    const page = await open('/collections/films');
    for (const title of ['Film 58', 'Film 57'])
      await page.getByRole('row', { name: title }).getByRole('checkbox').check();
    await applyDeletions(page, 2);
    expect(await films({ code: { _in: ['F57', 'F58'] } })).toEqual([]);
    await send(haven, 'POST', '/collections/films/records', { data: { title: 'Other', code: 'F58' } });
    await page.getByRole('button', { name: 'Undo 2 changes' }).click();
    const review = page.getByRole('dialog', { name: 'Review' });
    await review.getByText('1 change cannot be applied').waitFor();
    await review.getByText('UNIQUE_VIOLATION').waitFor();
    await review.getByRole('button', { name: 'Discard the change of Film 58' }).click();
    await review.getByRole('button', { name: 'Apply 1 change' }).click();
    await page.getByRole('button', { name: 'Undo 1 change' }).waitFor();
    expect(await films({ code: 'F57' })).toMatchObject([{ data: { title: 'Film 57' } }]);
    expect(await films({ code: 'F58' })).toMatchObject([{ data: { title: 'Other' } }]);
  });

  it('is edited with keys, and keeps types that no schema declares', async () => {
    await send(haven, 'PUT', '/collections/notes', {});
    const data = { count: 12, isDone: true, note: 'old' };
    const { id } = await send(haven, 'POST', '/collections/notes/records', { data });
    const page = await open('/collections/notes');
    await page.getByRole('gridcell', { name: '12', exact: true }).click();
    await page.keyboard.press('F2');
    await page.keyboard.type('twelve');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('Not a number, such as 12 or -0.5').waitFor();
    expect(await describedBy(page)).toBe('Not a number, such as 12 or -0.5');
    expect(await problemsOf(page)).toEqual([]);
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.press('Backspace');
    await page.keyboard.press('Enter');

    await page.getByRole('gridcell', { name: 'true', exact: true }).click();
    await page.keyboard.press('Enter');
    const choice = page.getByRole('combobox', { name: 'isDone' });
    await choice.selectOption('false');
    await choice.selectOption('null');
    await page.keyboard.press('Enter');

    await page.getByRole('gridcell', { name: 'old', exact: true }).click();
    await page.keyboard.press('Enter');
    await page.keyboard.type('new');
    await page.keyboard.press('Alt+Enter');
    const dialog = page.getByRole('dialog', { name: 'Edit note' });
    expect(await dialog.getByRole('textbox', { name: 'note' }).inputValue()).toBe('new');
    await dialog.getByRole('button', { name: 'Save' }).click();

    await page.keyboard.press('r');
    await page.getByRole('button', { name: 'Apply 1 change' }).click();
    await page.getByRole('button', { name: 'Undo 1 change' }).waitFor();
    const { body } = await haven.rest('GET', `/collections/notes/records/${id}`);
    expect(body.data).toEqual({ isDone: null, note: 'new' });
  });

  async function films(filter: object): Promise<any[]> {
    return (await send(haven, 'POST', '/collections/films/query', { filter })).items;
  }
});

async function applyDeletions(page: Page, count: number): Promise<void> {
  await page.getByRole('button', { name: `Delete ${count}`, exact: true }).click();
  await page.getByRole('button', { name: 'Review' }).click();
  await page.getByRole('button', { name: `Apply ${count} change` }).click();
  await page.getByRole('button', { name: `Undo ${count} change` }).waitFor();
}

/** Returns the names of the columns that are shown, in their order. */
async function headings(page: Page): Promise<string[]> {
  const buttons = page.getByRole('columnheader').getByRole('button').locator('span');
  return await buttons.allInnerTexts();
}

/** Returns the title in the first row. */
function firstTitle(page: Page): Promise<string> {
  return page.locator('[aria-rowindex="2"] [data-path="title"]').innerText();
}

/** Returns the text that describes the element with the focus. */
function describedBy(page: Page): Promise<string | undefined> {
  return page.evaluate(() => {
    const id = document.activeElement?.getAttribute('aria-describedby') ?? '';
    return document.getElementById(id)?.innerText;
  });
}
