import type { Locator, Page } from 'playwright-core';

/** Pictures of the console, in the order in which they are taken: each shows what the ones before have changed. */
export const consolePictures: Readonly<Record<string, (page: Page, url: string) => Promise<void>>> = {
  'console-records': showRecords,
  'console-review': showReview,
  'console-history': showHistory,
  'console-ask': showAnswer,
  'console-overview': showOverview,
};

/** An element of a page. The types of browsers are not available in this file. */
interface Scrolling {
  scrollIntoView(): void;
}

/** The settings of the collection that the pictures show. */
export const moviesSettings = { description: '3,201 films', search: { paths: ['Title'] } };

async function showRecords(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/console/collections/movies`);
  await page.getByRole('button', { name: 'IMDB Rating' }).click();
  await page
    .getByRole('columnheader', { name: 'IMDB Rating', exact: false })
    .and(page.locator('[aria-sort]'))
    .waitFor();
  await page.getByRole('button', { name: 'IMDB Rating' }).click();
  await page.getByRole('gridcell', { name: 'The Godfather', exact: true }).waitFor();
  await page.getByRole('gridcell', { name: '12 Angry Men', exact: true }).waitFor();
  await edit(page, page.getByRole('gridcell', { name: 'The Godfather', exact: true }), 'The Godfather (restored)');
  await edit(page, page.getByRole('gridcell', { name: '12 Angry Men', exact: true }), 'Twelve Angry Men');
  await page.getByText('2 queued changes').waitFor();
}

/** The page is a new one, but of the same browser profile, so it has the changes that were queued before. */
async function showReview(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/console/collections/movies`);
  await page.getByRole('button', { name: 'Review' }).click();
  await page.getByText('The changes can be applied').waitFor();
}

async function showHistory(page: Page, url: string): Promise<void> {
  await showReview(page, url);
  await page.getByRole('button', { name: 'Apply 2 changes' }).click();
  await page.getByText('2 changes applied.').waitFor();
  await page.getByRole('textbox', { name: 'Search' }).fill('godfather restored');
  await page.getByRole('gridcell', { name: 'The Godfather (restored)' }).waitFor();
  await page.getByRole('rowheader').getByRole('link').first().click();
  await page.getByRole('tab', { name: 'History' }).click();
  await page.getByText('Version 2', { exact: true }).waitFor();
}

async function showAnswer(page: Page, url: string): Promise<void> {
  const ask = {
    groups: [{ path: 'Major Genre' }],
    columns: [{ fn: 'avg', path: 'IMDB Rating' }],
    sort: '-value 0',
  };
  const search = new URLSearchParams({ collection: 'movies', ask: JSON.stringify(ask) });
  await page.goto(`${url}/console/ask?${search.toString()}`);
  await page.getByRole('row', { name: /Documentary/ }).waitFor();
  await page.getByRole('button', { name: 'Close, and keep the changes' }).click();
  await page.getByRole('heading', { name: 'Group by' }).evaluate((heading: Scrolling) => heading.scrollIntoView());
}

async function showOverview(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/console`);
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
}

async function edit(page: Page, cell: Locator, text: string): Promise<void> {
  await cell.dblclick();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
}
