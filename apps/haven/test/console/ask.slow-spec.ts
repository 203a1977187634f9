import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import type { Locator, Page } from 'playwright-core';
import { beforeEach, expect, it } from 'vitest';

import { intercept, openConsole, problemsOf, settled, WINDOWS } from '../support/console.js';
import { executeDocument, IDE_PATIENCE, ideEditor, ideText, showsResult } from '../support/graphql-ide.js';
import { startHaven } from '../support/haven.js';
import { describeWith } from '../support/programs.js';
import { send } from './cinema.js';
import { drawnOn } from './drawn-charts.js';

const run = promisify(execFile);
const haven = startHaven(['console.enabled=true']);

const FILMS = [
  { title: 'Alien', genre: 'horror', released: '1979-05-25', rating: 8.5 },
  { title: 'Aliens', genre: 'horror', released: '1986-07-18', rating: 8.4 },
  { title: 'Brazil', genre: 'comedy', released: '1985-02-20', rating: 7.8 },
  { title: 'Casablanca', genre: 'drama', released: '1942-11-26', rating: 8.5 },
  { title: 'Fargo', genre: 'comedy', released: '1996-03-08', rating: 8.1 },
  { title: 'Metropolis', genre: 'drama' },
];
const AGGREGATE = '/collections/films/aggregate';

describeWith('chromium', 'the view Ask of the console', () => {
  const { open, windows } = openConsole(haven);

  beforeEach(async () => {
    await send(haven, 'PUT', '/collections/films', {
      schema: {
        type: 'object',
        properties: {
          title: { type: 'string' },
          genre: { enum: ['drama', 'horror', 'comedy'] },
          released: { type: 'string', format: 'date' },
          rating: { type: 'number' },
        },
      },
      indexes: [{ path: 'title', unique: true }],
      search: { paths: ['title'] },
    });
    const operations = FILMS.map((data) => ({ op: 'create', collection: 'films', data }));
    await send(haven, 'POST', '/batch', { operations });
  });

  const button = (page: Page, name: string): Locator => page.getByRole('button', { name, exact: true });
  const result = (page: Page): Locator => page.getByRole('region', { name: 'Result' });

  /** Chooses a member in a field that completes paths. */
  async function choose(page: Page, label: string, path: string): Promise<void> {
    await page.getByRole('combobox', { name: label, exact: true }).fill(path);
    await page.keyboard.press('Tab');
  }

  /** Returns the texts of the cells, without those of the headings. */
  const cellsOf = (page: Page): Promise<string[][]> =>
    result(page)
      .locator('tbody tr')
      .evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.innerText.trim())));

  /** Waits until the table shows the response of the API to a request, and checks that the view names this request. */
  async function showsResponseTo(page: Page, body: object, isLinked: boolean): Promise<void> {
    const { groups } = await send(haven, 'POST', AGGREGATE, body);
    expect(groups.length).toBeGreaterThan(0);
    const rows = groups.map(({ key, values, ignored }: any) => [
      ...Object.values<string | null>(key).map((value) => value ?? 'none'),
      ...Object.entries(values).map(([name, value]) =>
        ignored[name] === undefined ? String(value) : `${String(value)} (${ignored[name]} ignored)`,
      ),
      ...(isLinked ? ['Show'] : []),
    ]);
    await expect.poll(() => cellsOf(page)).toEqual(rows);
    expect(JSON.parse(await page.getByLabel('Body of the request').innerText())).toEqual(body);
  }

  async function expectDrawn(page: Page, label: string): Promise<void> {
    const canvases = page.getByRole('img', { name: label, exact: true }).locator('canvas');
    await expect.poll(() => drawnOn(canvases)).toEqual([true]);
  }

  it('groups by a field, with a filter, a condition, an order and a limit; its link shows the same', async () => {
    const page = await open('/ask');
    await page.getByLabel('Collection').selectOption('films');
    await button(page, 'Filter').click();
    const filter = page.getByRole('region', { name: 'Filter' });
    await filter.getByRole('combobox', { name: 'Field' }).fill('title');
    await filter.getByLabel('Comparison').selectOption('_ne');
    await filter.getByLabel('Value').fill('Metropolis');
    await filter.getByRole('button', { name: 'Apply' }).click();
    await button(page, 'Filtered').waitFor();
    await showsResponseTo(
      page,
      { filter: { title: { _ne: 'Metropolis' } }, compute: { count: 'count' }, limit: 100 },
      false,
    );

    await button(page, 'Group by a field').click();
    await choose(page, 'Group by, field 1', 'genre');
    await button(page, 'Compute another value').click();
    await page.getByLabel('Function 2', { exact: true }).selectOption('avg');
    await choose(page, 'Field of function 2', 'rating');
    await button(page, 'Compute another value').click();
    await page.getByLabel('Function 3', { exact: true }).selectOption('percentile');
    await choose(page, 'Field of function 3', 'rating');
    await page.getByLabel('Percent of function 3').fill('90');
    await button(page, 'Show only some groups').click();
    await page.getByLabel('Comparison of condition 1').selectOption('_gte');
    await page.getByLabel('Operand of condition 1').fill('2');
    await page.getByLabel('Order of the groups').selectOption({ label: 'Average of rating, descending' });
    await page.getByLabel('Maximum number of groups').fill('');
    await page.getByLabel('Maximum number of groups').pressSequentially('1');
    await button(page, 'Ask').click();
    const body = {
      filter: { title: { _ne: 'Metropolis' } },
      groupBy: ['genre'],
      compute: { count: 'count', avg_rating: { avg: 'rating' }, percentile90_rating: { percentile: ['rating', 0.9] } },
      having: { count: { _gte: 2 } },
      sort: ['-avg_rating'],
      limit: 1,
    };
    await showsResponseTo(page, body, true);
    expect(await result(page).getByRole('columnheader').allInnerTexts()).toEqual([
      'genre',
      'Records',
      'Average of rating',
      'Percentile 90 of rating',
      'Records',
    ]);
    await page.getByText('There are more groups than 1.').waitFor();
    await expectDrawn(page, 'Chart of Records, Average of rating, Percentile 90 of rating');
    expect(await problemsOf(page)).toEqual([]);

    await page.reload();
    await showsResponseTo(page, body, true);
    const other = await open(page.url().slice(`${haven.url}/console`.length));
    await showsResponseTo(other, body, true);
    expect(await other.getByLabel('Operand of condition 1').inputValue()).toBe('2');
    await result(other).getByRole('link', { name: 'Show the records of horror' }).click();
    await other.getByRole('gridcell', { name: 'Aliens' }).waitFor();
    expect(await other.getByRole('gridcell', { name: 'Brazil' }).count()).toBe(0);
  });

  it('groups by periods of a time zone, and draws lines and bars', async () => {
    const page = await open('/ask?collection=films');
    await button(page, 'Group by a field').click();
    await choose(page, 'Group by, field 1', 'released');
    expect(await page.getByLabel('Period of field 1').inputValue()).toBe('month');
    await page.getByLabel('Period of field 1').selectOption('year');
    await choose(page, 'Time zone of field 1', 'Europe/Oslo');
    await button(page, 'Ask').click();
    const body = {
      groupBy: [{ path: 'released', bucket: 'year', timeZone: 'Europe/Oslo' }],
      compute: { count: 'count' },
      limit: 100,
    };
    await showsResponseTo(page, body, false);
    await expectDrawn(page, 'Chart of Records');

    // The type of the chart changes nothing that the user has begun to type.
    await page.getByLabel('Maximum number of groups').fill('at most 7');
    await page.getByText('Lines', { exact: true }).click();
    await expect.poll(() => decodeURIComponent(page.url())).toContain('"chart":"lines"');
    await expectDrawn(page, 'Chart of Records');
    expect(await page.getByLabel('Maximum number of groups').inputValue()).toBe('at most 7');
    await button(page, 'Group by a field').click();
    await choose(page, 'Group by, field 2', 'genre');
    await button(page, 'Ask').click();
    await showsResponseTo(page, { ...body, groupBy: [...body.groupBy, 'genre'], limit: 7 }, false);
    await expectDrawn(page, 'Chart of drama, horror, comedy');
    expect(decodeURIComponent(page.url())).toContain('"chart":"lines"');
  });

  it('computes again what was computed before', async () => {
    const page = await open('/ask?collection=films');
    await showsResponseTo(page, { compute: { count: 'count' }, limit: 100 }, false);
    await send(haven, 'POST', '/collections/films/records', { data: { title: 'Dune' } });
    await button(page, 'Ask').click();
    await expect.poll(() => cellsOf(page)).toEqual([['7']]);
  });

  it('shows an error with its code, its text and what to do, and continues after it', async () => {
    const page = await open('/ask?collection=films');
    await button(page, 'Group by a field').click();
    await choose(page, 'Group by, field 1', 'released');
    await button(page, 'Compute another value').click();
    await button(page, 'Ask').click();
    const groupBy = [{ path: 'released', bucket: 'month' }];
    const compute = { count: 'count', sum: { sum: '' } };
    const { body: problem } = await haven.rest('POST', AGGREGATE, { groupBy, compute, limit: 100 });
    const alert = page.getByRole('alert');
    for (const text of [problem.code, problem.detail, ...(problem.errors ?? []).map(({ detail }: any) => detail)])
      await alert.getByText(text).first().waitFor();
    expect(await problemsOf(page)).toEqual([]);
    const opened = page.waitForEvent('popup');
    await alert.getByRole('link', { name: `What to do about ${problem.code}` }).click();
    const help = await opened;
    await help.locator(new URL(help.url()).hash).waitFor();

    await choose(page, 'Field of function 2', 'rating');
    await button(page, 'Ask').click();
    await showsResponseTo(
      page,
      { groupBy, compute: { count: 'count', sum_rating: { sum: 'rating' } }, limit: 100 },
      false,
    );
    // While a new result is computed, the previous one is shown, whose time zone exists.
    await choose(page, 'Time zone of field 1', 'Mars/Utopia');
    await button(page, 'Ask').click();
    await alert
      .getByText(/time ?zone/i)
      .first()
      .waitFor();
    await choose(page, 'Time zone of field 1', 'UTC');
    await button(page, 'Ask').click();
    await result(page).waitFor();
  });

  it('fits the screen of a phone', async () => {
    const ask = { groups: [{ path: 'genre' }], columns: [{ fn: 'count' }, { fn: 'avg', path: 'rating' }] };
    const query = new URLSearchParams({ collection: 'films', ask: JSON.stringify(ask) });
    const page = await open(`/ask?${query}`, { viewport: WINDOWS.phone });
    await expectDrawn(page, 'Chart of Records, Average of rating');
    await button(page, 'Filter').click();
    await button(page, 'Show only some groups').click();
    expect(await problemsOf(page)).toEqual([]);
    const compute = { count: 'count', avg_rating: { avg: 'rating' } };
    await showsResponseTo(page, { groupBy: ['genre'], compute, limit: 100 }, true);
  });

  it('opens its request in the GraphQL IDE, where it works', async () => {
    const ask = { groups: [{ path: 'genre' }], columns: [{ fn: 'max', path: 'rating' }], sort: '-value 0', limit: 1 };
    const filter = JSON.stringify({ rating: { _lt: 8.5 } });
    const page = await open(`/ask?${new URLSearchParams({ collection: 'films', filter, ask: JSON.stringify(ask) })}`);
    const ide = await openIde(page, page.getByRole('link', { name: 'Open in GraphQL' }), 'query Ask');
    await executeDocument(ide);
    await showsResult(ide, '"max_rating": 8.4');
    expect(await ideText(ide)).toContain('"genre": "horror"');
  });

  async function openIde(page: Page, link: Locator, document: string): Promise<Page> {
    const opened = page.waitForEvent('popup');
    await link.click();
    const ide = await opened;
    await expect.poll(() => ideText(ide, ideEditor(ide)), IDE_PATIENCE).toContain(document);
    return ide;
  }

  it.each(windows())('the view API has requests that work: %s', async (window) => {
    const page = await open('/ask?collection=films', {
      viewport: WINDOWS[window],
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    if (window === 'phone') await button(page, 'Navigation').click();
    await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'API' }).click();
    await page.getByRole('heading', { level: 1, name: 'API' }).waitFor();
    await settled(page);
    expect(await problemsOf(page)).toEqual([]);
    const [film] = (await haven.rest('GET', '/collections/films/records?limit=1')).body.items;
    const sends = page.getByRole('button', { name: /^Send: / });
    const count = await sends.count();
    expect(count).toBeGreaterThan(6);
    for (let index = 0; index < count; index += 1) await sends.nth(index).click();
    await expect.poll(() => page.getByText('Response', { exact: true }).count()).toBe(count);
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(await page.locator('pre', { hasText: `"id": "${film.id}"` }).count()).toBeGreaterThan(2);
    if (window === 'phone') return;

    const statusOf = async (title: string, path: string): Promise<string> => {
      const heading = page.getByRole('heading', { level: 2, name: title, exact: true });
      const item = page.locator('.mantine-Paper-root', { has: heading });
      await item.getByRole('button', { name: 'Copy as curl' }).click();
      await item.getByRole('button', { name: 'Copied' }).waitFor();
      const command = await page.evaluate(() => navigator.clipboard.readText());
      expect(command).toContain(path);
      return (await run('bash', ['-c', `${command} -s -o /dev/null -w '%{http_code}'`])).stdout;
    };
    expect(await statusOf('Count records', '/films/aggregate')).toBe('200');
    expect(await statusOf('Change some members', film.id)).toBe('200');
    await page.reload(); // the record may have another version now
    expect(await statusOf('Delete a record', film.id)).toBe('204');

    await page.reload();
    const [next] = (await haven.rest('GET', '/collections/films/records?limit=1')).body.items;
    await page.getByRole('tab', { name: 'GraphQL' }).click();
    const links = page.getByRole('link', { name: /^Open in the IDE: / });
    const documents = await links.evaluateAll((all) =>
      all.map((link) => new URL((link as HTMLAnchorElement).href).searchParams.get('query') ?? ''),
    );
    expect(documents).toHaveLength(5);
    for (const document of documents.filter((text) => !text.startsWith('subscription')))
      expect((await haven.graphql(document)).body, document).not.toHaveProperty('errors');
    const ide = await openIde(page, links.nth(1), '_id');
    await executeDocument(ide);
    await showsResult(ide, `"title": "${next.data.title}"`);
  });

  it('says that it cannot be loaded, and leaves the other views usable', async () => {
    // This page is not watched: browsers write it to the console if a script cannot be loaded.
    const page = await (await open('/collections')).context().newPage();
    const release = await intercept(page, '**/assets/ask-view*', (route) => route.abort());
    await page.goto(`${haven.url}/console/ask`);
    await page.getByRole('heading', { level: 1, name: 'This view failed' }).waitFor();
    expect(await problemsOf(page)).toEqual([]);
    await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Collections' }).click();
    await page.getByRole('heading', { level: 1, name: 'Collections' }).waitFor();
    release();
    await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Ask' }).click();
    await button(page, 'Reload').click();
    await page.getByRole('heading', { level: 1, name: 'Ask' }).waitFor();
  });
});
