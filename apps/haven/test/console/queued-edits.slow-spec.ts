import type { Page, Request } from 'playwright-core';
import { beforeEach, expect, it } from 'vitest';

import { intercept, openConsole, problemsOf, settled, WINDOWS } from '../support/console.js';
import { startHaven } from '../support/haven.js';
import { describeWith } from '../support/programs.js';
import { send, storeCinema } from './cinema.js';

const haven = startHaven(['console.enabled=true']);

describeWith('chromium', 'queued edits of the console', () => {
  const { open, windows } = openConsole(haven);
  let film: string;
  let person: string;
  beforeEach(async () => {
    ({ film, person } = await storeCinema(haven));
  });

  it('are reviewed, applied together and undone', async () => {
    const page = await open('/collections/films');
    await changeCell(page, 'Brazil', 'Brazil (restored)');
    await page.keyboard.press('n');
    const added = page.getByRole('dialog', { name: 'Add a record to films' });
    await added.getByRole('textbox', { name: 'title' }).fill('<b>Dune</b>');
    expect(await problemsOf(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await added.waitFor({ state: 'hidden' });
    expect(await titles()).toEqual(['Casablanca', 'Brazil', 'Alien']);

    const review = await openReview(page);
    await review.getByText('The changes can be applied').waitFor();
    await review.getByText('"Brazil (restored)"').waitFor();
    await review.getByText('"<b>Dune</b>"').waitFor();
    expect(await problemsOf(page)).toEqual([]);
    await review.getByRole('button', { name: 'Apply 2 changes' }).click();
    await page.getByRole('button', { name: 'Undo 2 changes' }).waitFor();
    expect(await titles()).toEqual(['<b>Dune</b>', 'Casablanca', 'Brazil (restored)', 'Alien']);

    await page.reload();
    await page.getByRole('button', { name: 'Undo 2 changes' }).click();
    await page.getByText('2 changes undone.').waitFor();
    expect(await titles()).toEqual(['Casablanca', 'Brazil', 'Alien']);
    expect(await queued(page)).toBe(false);
  });

  it('are lost neither by a reload nor by a response that does not arrive', async () => {
    const page = await open('/collections/films');
    await changeCell(page, 'Brazil', 'Brazil (restored)');
    await page.reload();
    await settled(page);
    const keys = new Set<string | undefined>();
    const release = await intercept(page, '**/api/v1/batch', async (route) => {
      keys.add(route.request().headers()['idempotency-key']);
      await route.fetch();
      await route.abort();
    });
    const review = await openReview(page);
    await review.getByRole('button', { name: 'Apply 1 change' }).click();
    await review.getByText('The result is not known').waitFor();
    release();
    await page.reload();
    await page.getByRole('row', { name: 'Brazil' }).getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Delete 1' }).click();
    const repeated = page.waitForRequest('**/api/v1/batch');
    await page.getByRole('button', { name: 'Finish applying 1 change' }).click();
    expect(keys).toEqual(new Set([(await repeated).headers()['idempotency-key']]));
    await page.getByRole('button', { name: 'Undo 1 change' }).waitFor();
    const [brazil] = await records({ title: 'Brazil (restored)' });
    expect(brazil).toMatchObject({ version: 2 });
    // The deletion was queued after the change was sent.
    await openReview(page);
    await review.getByText('The changes can be applied').waitFor();
    await review.getByRole('button', { name: 'Apply 1 change' }).click();
    await expect.poll(titles).toEqual(['Casablanca', 'Alien']);
  });

  it.each(windows())('show conflicts with the changes of others: %s', async (window) => {
    const page = await open(`/collections/films`, { viewport: WINDOWS.desktop });
    await editCell(page, 'Alien');
    await send(haven, 'PATCH', `/collections/films/records/${film}`, { data: { year: 1980, title: 'Alien 1' } });
    await page.getByRole('gridcell', { name: '1980' }).waitFor();
    await page.keyboard.press('Enter'); // without a change
    await editCell(page, 'Alien 1');
    await send(haven, 'PATCH', `/collections/films/records/${film}`, { data: { year: 1986, title: 'Alien 2' } });
    await page.getByRole('gridcell', { name: '1986' }).waitFor();
    expect(await queued(page)).toBe(false);
    await enter(page, 'Aliens');
    await page.setViewportSize(WINDOWS[window]);
    const review = await openReview(page);
    await review.getByText('This record has changed since you read it').waitFor();
    await review.getByText('Both have changed title.').waitFor();
    await review.getByText('"Alien 2"').waitFor();
    expect(await problemsOf(page)).toEqual([]);
    await review.getByRole('button', { name: 'Keep mine' }).click();
    await review.getByRole('button', { name: 'Apply 1 change' }).click();
    await page.getByRole('button', { name: 'Undo 1 change' }).waitFor();
    const [alien] = await records({ title: 'Aliens' });
    expect(alien).toMatchObject({ version: 5, data: { year: 1986 } });

    await send(haven, 'PATCH', `/collections/films/records/${film}`, { data: { year: 1987 } });
    await page.getByRole('button', { name: 'Undo 1 change' }).click();
    await review.getByText('This record has changed since you read it').waitFor();
    await review.getByRole('button', { name: 'Take theirs' }).click();
    await review.waitFor({ state: 'hidden' }); // nothing is left to review
    expect(await records({ title: 'Aliens' })).toMatchObject([{ version: 6, data: { year: 1987 } }]);
  });

  it('that are refused say why, and can be corrected', async () => {
    const page = await open('/collections/films');
    await page.getByRole('button', { name: 'Paste rows' }).click();
    await page.getByRole('textbox', { name: 'Rows' }).fill('Title\ttitle\nDune\tPaprika');
    await page.getByText('More than one column sets title.').waitFor();
    expect(await page.getByRole('button', { name: 'Add 1 record' }).isDisabled()).toBe(true);
    await page.getByRole('textbox', { name: 'Rows' }).fill('Title\tyear\nDune\t1700\nPaprika\t2006');
    expect(await problemsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Add 2 records' }).click();
    const review = await openReview(page);
    await review.getByText('1 change cannot be applied').waitFor();
    await review.getByText('`year` must be >= 1888.').waitFor();
    expect(await review.getByRole('button', { name: 'Apply 2 changes' }).isDisabled()).toBe(true);
    await review.getByRole('button', { name: 'Discard the change of Dune' }).click();
    await review.getByRole('button', { name: 'Apply 1 change' }).click();
    await page.getByRole('button', { name: 'Undo 1 change' }).waitFor();
    expect(await titles()).toEqual(['Paprika', 'Casablanca', 'Brazil', 'Alien']);
  });

  it('list what deletions change elsewhere, and bring all of it back', async () => {
    const { schema } = await send(haven, 'PATCH', '/collections/films', {
      schema: {
        properties: {
          director: { type: 'string', format: 'uuid', 'x-haven-ref': { collection: 'people', onDelete: 'cascade' } },
        },
      },
    });
    expect(schema).toBeTruthy();
    const page = await open(`/collections/people/records/${person}`);
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    const review = await openReview(page);
    await review.getByText('The deletions also change 1 record').waitFor();
    await review.getByRole('link', { name: film }).waitFor();
    expect(await problemsOf(page)).toEqual([]);
    await review.getByRole('button', { name: 'Apply 1 change' }).click();
    await page.getByRole('button', { name: 'Undo 1 change' }).waitFor();
    expect(await titles()).toEqual(['Casablanca', 'Brazil']);
    // The page is loaded again before the response arrives, so the same request is sent again.
    const executed = Promise.withResolvers<Request>();
    const release = await intercept(page, '**/api/v1/batch', async (route) => {
      await route.fetch();
      executed.resolve(route.request());
    });
    await page.getByRole('button', { name: 'Undo 1 change' }).click();
    const first = await executed.promise;
    release();
    await page.reload();
    const repeated = page.waitForRequest('**/api/v1/batch');
    await page.getByRole('button', { name: 'Undo 1 change' }).click();
    await page.getByText('1 change undone.').waitFor();
    expect((await repeated).postData()).toBe(first.postData());
    expect((await repeated).headers()['idempotency-key']).toBe(first.headers()['idempotency-key']);
    expect(await records({ title: 'Alien' })).toMatchObject([{ id: film, data: { director: person, rating: 8.6 } }]);
  });

  async function records(filter: object): Promise<any[]> {
    return (await send(haven, 'POST', '/collections/films/query', { filter })).items;
  }

  /** Returns the titles of the stored films, those first that were created last. */
  async function titles(): Promise<string[]> {
    return (await records({})).map(({ data }) => data.title);
  }
});

async function changeCell(page: Page, from: string, to: string): Promise<void> {
  await editCell(page, from);
  await enter(page, to);
}

/** Opens the editor of a cell. */
function editCell(page: Page, text: string): Promise<void> {
  return page.getByRole('gridcell', { name: text, exact: true }).dblclick();
}

async function enter(page: Page, text: string): Promise<void> {
  await page.keyboard.insertText(text); // replaces the old text, which is selected
  await page.keyboard.press('Enter');
  await page.getByRole('region', { name: 'Queued changes' }).waitFor();
}

async function openReview(page: Page) {
  await page.getByRole('button', { name: 'Review' }).click();
  const review = page.getByRole('dialog', { name: 'Review' });
  await review.waitFor();
  return review;
}

async function queued(page: Page): Promise<boolean> {
  return page.getByRole('region', { name: 'Queued changes' }).isVisible();
}
