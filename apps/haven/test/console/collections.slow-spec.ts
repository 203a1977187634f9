import type { Locator, Page } from 'playwright-core';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';

import { MaintenanceScheduler } from '@haven/events';

import { openConsole, problemsOf, settled, WINDOWS } from '../support/console.js';
import { startHaven } from '../support/haven.js';
import { describeWith } from '../support/programs.js';
import { send, storeCinema } from './cinema.js';

const haven = startHaven(['console.enabled=true']);

/** A text of JSON that is not finished. */
const UNFINISHED = '{"type": "object", "properties":';

describeWith('chromium', 'collections in the console', () => {
  const { open, windows } = openConsole(haven);
  const maintenance = () => haven.app.get(MaintenanceScheduler, { strict: false });

  beforeAll(() => maintenance().runAll()); // resolves once this process is the leader
  beforeEach(async () => {
    await storeCinema(haven);
  });
  // Some tests stop it, so that indexes stay unfinished.
  afterEach(() => maintenance().start());

  const read = async (name: string): Promise<any> => (await haven.rest('GET', `/collections/${name}`)).body;
  const change = (name: string, settings: object) => send(haven, 'PATCH', `/collections/${name}`, settings);

  it.each(windows())('are listed with their counts, sizes and the states of their indexes: %s', async (window) => {
    await maintenance().runAll();
    await maintenance().stop();
    await change('people', { indexes: [{ path: 'born' }] });
    const page = await open('/collections', { viewport: WINDOWS[window] });
    const films = page.getByRole('row', { name: /^films/ });
    await films.getByText('Films of a cinema').waitFor();
    await films.getByRole('cell', { name: '3', exact: true }).waitFor();
    await films.getByRole('cell', { name: /^\d+(?:\.\d+)? (?:B|kB)$/ }).waitFor();
    await films.getByRole('cell', { name: '1 index, search', exact: true }).waitFor();
    const people = page.getByRole('row', { name: /^people/ });
    await people.getByText(/^Building/).waitFor();
    expect(await problemsOf(page)).toEqual([]);
    maintenance().start();
    await people.getByText('Building').waitFor({ state: 'detached' });
    await people.getByRole('cell', { name: '1 index', exact: true }).waitFor();
  });

  it.each(windows())('are created, and get a schema that fits their records: %s', async (window) => {
    const page = await open('/collections', { viewport: WINDOWS[window] });
    await page.getByRole('button', { name: 'New collection' }).click();
    const dialog = page.getByRole('dialog', { name: 'New collection' });
    await dialog.getByLabel('Name').fill('Books');
    await dialog.getByLabel('Description').fill('Books to read');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await dialog.getByText('A name has up to 63 characters').waitFor();
    expect(await problemsOf(page)).toEqual([]);
    await dialog.getByLabel('Name').fill('films');
    await dialog.getByLabel('Name').press('Enter');
    await dialog.getByText('ALREADY_EXISTS', { exact: true }).waitFor();
    await dialog.getByLabel('Name').fill('books');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Keep editing' }).click();
    await dialog.getByLabel('Name').press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Settings of books' }).waitFor();
    expect(await read('books')).toMatchObject({ description: 'Books to read', schema: null });

    for (const data of [
      { title: 'Emma', pages: 474 },
      { title: 'Ulysses', pages: 730, read: true },
    ])
      await send(haven, 'POST', '/collections/books/records', { data });
    await page.getByRole('button', { name: 'Propose one from the records' }).click();
    expect(await page.getByLabel('Type of pages').inputValue()).toBe('integer');
    expect(await page.getByLabel('pages is required').isChecked()).toBe(true);
    expect(await page.getByLabel('read is required').isChecked()).toBe(false);
    await page.getByLabel('Name of a new member (Members)').fill('isbn');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Options of isbn' }).click();
    await page.getByLabel('Maximum length').fill('13');
    await page.getByLabel('Maximum length').press('Enter');
    await page.getByText('at most 13 characters').waitFor();
    expect(await problemsOf(page)).toEqual([]);

    await showJson(page);
    const json = page.getByRole('textbox', { name: 'The schema as JSON' });
    await expect.poll(() => json.innerText()).toContain('"maxLength"');
    const schema = JSON.parse(await json.innerText());
    await write(json, JSON.stringify({ ...schema, propertes: {} }));
    await page.getByText('has no effect. Did you mean').waitFor();
    await write(json, UNFINISHED);
    await page.getByText('The text is not valid JSON').waitFor();
    expect(await button(page, 'Review and save').getAttribute('aria-disabled')).toBe('true');
    await write(json, JSON.stringify({ ...schema, required: ['title'] }));
    const review = await openReview(page);
    await review.getByText('All stored records fit').waitFor();
    await review.getByText('schema', { exact: true }).waitFor();
    expect(await problemsOf(page)).toEqual([]);
    await save(review);
    expect((await read('books')).schema).toEqual({ ...schema, required: ['title'] });
  });

  it.each(windows())('get no schema that their records violate, unless the user wants that: %s', async (window) => {
    const { revision } = await read('films');
    const page = await openSettings('films', 'schema', window);
    await page.getByRole('button', { name: 'Options of year' }).click();
    await page.getByLabel('Minimum').fill('1980');
    await page.getByLabel('Minimum').press('Enter');
    const review = await openReview(page);
    await review.getByText('2 stored records violate the schema').waitFor();
    await review.getByRole('listitem').filter({ hasText: 'Alien' }).getByText('1979 is less than 1980.').waitFor();
    await review.getByRole('link', { name: 'Casablanca' }).waitFor();
    expect(await button(review, 'Save').isDisabled()).toBe(true);
    expect(await problemsOf(page)).toEqual([]);
    await button(review, 'Cancel').click();
    await review.waitFor({ state: 'hidden' });
    expect(await read('films')).toMatchObject({ revision, enforce: 'all' });

    await openReview(page);
    await review.getByText('Keep these records as they are').click();
    await save(review);
    expect(await read('films')).toMatchObject({ enforce: 'new', schema: { properties: { year: { minimum: 1980 } } } });

    await showJson(page);
    await write(page.getByRole('textbox', { name: 'The schema as JSON' }), '{"$ref": "#/nowhere"}');
    await openReview(page);
    await review.getByText('SCHEMA_INVALID', { exact: true }).waitFor();
    expect(await button(review, 'Save').isDisabled()).toBe(true);
  });

  it.each(windows())('get indexes, whose states are shown: %s', async (window) => {
    await send(haven, 'POST', '/collections/films/records', { data: { title: 'Diva', genre: 'drama' } });
    const page = await openSettings('films', 'indexes', window);
    await page.getByRole('row', { name: 'year Ready' }).waitFor();
    await addUniqueIndex(page, 'genre');
    const review = await openReview(page);
    await review.getByText('1 value of genre is not unique').waitFor();
    await review.getByText('in 2 records').waitFor();
    await review.getByRole('link', { name: 'Diva' }).waitFor();
    expect(await button(review, 'Save').isDisabled()).toBe(true);
    expect(await problemsOf(page)).toEqual([]);
    await button(review, 'Cancel').click();
    await button(page, 'Remove the index on genre').click();
    await addUniqueIndex(page, 'title');
    await maintenance().stop();
    await openReview(page);
    await review.getByText('1 index is built in the background.').waitFor();
    await save(review);
    const title = page.getByRole('row', { name: /^title unique/ });
    await title.getByText(/^Building/).waitFor();

    // Writers refuse a value that is not unique, so these are made without writing their entries.
    await haven.sql('BEGIN');
    await haven.sql("SELECT set_config('haven.index_entries', 'written', true)");
    await haven.sql(
      `UPDATE haven.records SET data = '{"title": "Alien"}' WHERE tenant_id = $1 AND collection_id IN
         (SELECT id FROM haven.collections WHERE tenant_id = $1 AND name = 'films')`,
      [haven.tenant],
    );
    await haven.sql('COMMIT');
    maintenance().start();
    await title.getByText('Failed', { exact: true }).waitFor();
    await title.getByText('have the same value').waitFor();
    expect(await problemsOf(page)).toEqual([]);
    await button(page, 'Build the failed indexes again').click();
    await page.getByText('Several records have the same value of "title"').first().waitFor();
    const { items } = (await haven.rest('GET', '/collections/films/records')).body;
    for (const { id } of items)
      await send(haven, 'PATCH', `/collections/films/records/${id}`, { data: { title: `Film ${id}` } });
    await button(page, 'Build the failed indexes again').click();
    await title.getByText('Ready', { exact: true }).waitFor();
  });

  it.each(windows())('get references, a search, a limit of versions and a cache: %s', async (window) => {
    const page = await openSettings('people', 'schema', window);
    await page.getByLabel('Name of a new member (Members)').fill('mentor');
    await page.keyboard.press('Enter');
    await page.getByLabel('Type of mentor').selectOption('reference');
    await page.getByLabel('Collection of the record').selectOption('people');
    await page.getByLabel('When that record is deleted').selectOption('setNull');
    await page.getByText('to people, setNull').waitFor();
    const review = await openReview(page);
    await save(review);
    await tab(page, 'References').click();
    await page.getByRole('row', { name: 'mentor people The reference is removed Ready' }).waitFor();

    await tab(page, 'Search').click();
    await page.getByRole('switch', { name: 'Records can be found by words' }).click();
    await page.getByText('Add at least one member.').waitFor();
    expect(await button(page, 'Review and save').getAttribute('aria-disabled')).toBe('true');
    await page.locator('input').and(page.getByLabel('Members to search')).fill('name');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.getByLabel('Language').selectOption('english');
    await openReview(page);
    await save(review);

    await tab(page, 'History and cache').click();
    await page.getByRole('switch', { name: 'Delete old versions of records' }).click();
    await page.getByLabel('Versions to keep').fill('5');
    await page.getByRole('switch', { name: 'Serve single records from a cache' }).click();
    await page.getByLabel('Maximum age of a copy', { exact: true }).fill('3');
    expect(await problemsOf(page)).toEqual([]);
    await openReview(page);
    await save(review);
    expect(await read('people')).toMatchObject({
      references: [{ path: 'mentor', collection: 'people', onDelete: 'setNull' }],
      search: { paths: ['name'], language: 'english' },
      history: { keep: 5, for: null },
      cache: { maxAge: '3s' },
    });
  });

  it.each(windows())('are not changed unnoticed if another user saves settings first: %s', async (window) => {
    const page = await openSettings('films', 'general', window);
    await page.getByLabel('Description').fill('Mine');
    await change('films', { description: 'Theirs' });
    const review = await openReview(page);
    await review.getByText('VERSION_CONFLICT', { exact: true }).waitFor();
    await review.getByText('This setting has changed since you read it').waitFor();
    expect(await problemsOf(page)).toEqual([]);
    await button(review, 'Try again').click();
    await review.getByText('"Theirs"').waitFor();
    await review.getByText('"Mine"').waitFor();
    await change('films', { cache: { maxAge: '1s' } });
    await button(review, 'Save').click();
    await review.getByText('VERSION_CONFLICT', { exact: true }).waitFor();
    await button(review, 'Try again').click();
    await review.getByText('VERSION_CONFLICT', { exact: true }).waitFor({ state: 'detached' });
    await save(review);
    expect(await read('films')).toMatchObject({ description: 'Mine', cache: { maxAge: '1s' } });
  });

  it('keep unsaved settings when the page is loaded again', async () => {
    const page = await openSettings('films', 'general');
    await page.getByLabel('Description').fill('Mine');
    await tab(page, 'Indexes').click();
    await addUniqueIndex(page, 'title');
    await tab(page, 'Schema').click();
    await showJson(page);
    await write(page.getByRole('textbox', { name: 'The schema as JSON' }), UNFINISHED);
    await tab(page, 'Schema (not saved)').waitFor();
    await change('films', { description: 'Theirs' });
    await page.reload();
    await settled(page);
    await page.getByText('The form cannot show this schema').waitFor();
    await showJson(page);
    await expect.poll(() => page.getByRole('textbox', { name: 'The schema as JSON' }).innerText()).toBe(UNFINISHED);
    await button(page, 'Discard changes').click();
    await tab(page, 'Indexes (not saved)').click();
    await page.getByRole('row', { name: 'title unique Not saved' }).waitFor();
    await save(await openReview(page));
    await tab(page, 'General (not saved)').click();
    expect(await page.getByLabel('Description').inputValue()).toBe('Mine');
    await page.getByText('This setting has changed since you read it').waitFor();
    await button(page, 'Discard changes').click();
    expect(await page.getByLabel('Description').inputValue()).toBe('Theirs');
    await tab(page, 'General').waitFor();
    expect(await storedEdits(page)).toBeNull();
    expect(await read('films')).toMatchObject({
      description: 'Theirs',
      indexes: [{ path: 'year' }, { path: 'title' }],
    });
  });

  it.each(windows())('are deleted with their records after a confirmation: %s', async (window) => {
    const page = await openSettings('people', 'deletion', window);
    await page.getByText('The collection cannot be deleted while').waitFor();
    await page.getByRole('main').getByRole('link', { name: 'films' }).click();
    await page.getByRole('heading', { level: 1, name: 'Settings of films' }).waitFor();
    await tab(page, 'General').click();
    await page.getByLabel('Description').fill('Not saved');
    await tab(page, 'Deletion').click();
    await button(page, 'Delete the collection…').click();
    const dialog = page.getByRole('dialog', { name: 'Delete films' });
    await dialog.getByText('The collection and its 3 records are deleted').waitFor();
    expect(await problemsOf(page)).toEqual([]);
    expect(await button(dialog, 'Delete').isDisabled()).toBe(true);
    await dialog.getByLabel('Type films to confirm').fill('films');
    await button(dialog, 'Delete').click();
    await page.getByRole('heading', { level: 1, name: 'Collections' }).waitFor();
    await page.getByRole('row', { name: /^people/ }).waitFor();
    expect(await page.getByRole('row', { name: /^films/ }).count()).toBe(0);
    expect((await haven.rest('GET', '/collections/films')).status).toBe(404);
    expect(await storedEdits(page)).toBeNull();
  });

  async function openSettings(name: string, section: string, window: keyof typeof WINDOWS = 'desktop'): Promise<Page> {
    return open(`/collections/${name}/settings?tab=${section}`, { viewport: WINDOWS[window] });
  }

  /** Returns what the browser stores of the edits of settings; null if there are none. */
  const storedEdits = (page: Page): Promise<string | null> =>
    page.evaluate((name) => localStorage.getItem(name), `haven-console-settings/${haven.tenant}`);
});

function button(within: Page | Locator, name: string): Locator {
  return within.getByRole('button', { name, exact: true });
}

function tab(page: Page, name: string): Locator {
  return page.getByRole('tab', { name, exact: true });
}

async function showJson(page: Page): Promise<void> {
  await page.getByRole('radiogroup', { name: 'Edit the schema as' }).getByText('JSON').click();
  await page.getByRole('textbox', { name: 'The schema as JSON' }).waitFor();
}

/** Replaces the text of an editor. */
async function write(editor: Locator, text: string): Promise<void> {
  await editor.press('ControlOrMeta+A');
  await editor.page().keyboard.insertText(text);
}

async function addUniqueIndex(page: Page, path: string): Promise<void> {
  await button(page, 'Add an index').click();
  const form = page.getByRole('region', { name: 'New index' });
  await form.getByLabel('Member', { exact: true }).fill(path);
  await page.keyboard.press('Tab');
  await form.getByLabel('Unique').check();
  await button(form, 'Add to the list').click();
}

async function openReview(page: Page): Promise<Locator> {
  await button(page, 'Review and save').click();
  const review = page.getByRole('dialog', { name: 'Review the changes' });
  await review.waitFor();
  return review;
}

async function save(review: Locator): Promise<void> {
  await button(review, 'Save').click();
  await review.waitFor({ state: 'hidden' });
}
