import type { Locator, Page } from 'playwright-core';
import { beforeEach, expect, it } from 'vitest';

import { openConsole, settled } from '../support/console.js';
import { startHaven } from '../support/haven.js';
import { describeWith } from '../support/programs.js';
import { storeCinema } from './cinema.js';

const haven = startHaven(['console.enabled=true']);

/** Milliseconds that a person takes to find something on the page and to click on it. */
const CLICK_MS = 2_500;

/** Milliseconds that a person takes for a key. */
const KEY_MS = 200;

const CSV = `title,year,genre,rating
Dune,1984,drama,6.3
Eraserhead,1977,horror,7.3
Fargo,1996,comedy,8.1
`;

/** Uses a page like a person, and adds up the time that a person would take. */
class Person {
  private waited = 0;
  private readonly began = performance.now();

  constructor(private readonly page: Page) {}

  async click(target: Locator): Promise<void> {
    this.waited += CLICK_MS;
    await target.click();
  }

  async doubleClick(target: Locator): Promise<void> {
    this.waited += CLICK_MS;
    await target.dblclick();
  }

  async type(text: string): Promise<void> {
    this.waited += KEY_MS * text.length;
    await this.page.keyboard.type(text);
  }

  async press(keys: string): Promise<void> {
    this.waited += KEY_MS;
    await this.page.keyboard.press(keys);
  }

  /** Chooses a file in the dialog of the system. */
  async choose(target: Locator, name: string, content: string): Promise<void> {
    this.waited += 3 * CLICK_MS;
    await target.setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(content) });
  }

  /** The seconds that have passed and those that a person would have taken in addition. */
  get seconds(): number {
    return (this.waited + performance.now() - this.began) / 1_000;
  }
}

describeWith('chromium', 'a newcomer to the console', () => {
  const { open } = openConsole(haven);
  let film: string;

  beforeEach(async () => {
    ({ film } = await storeCinema(haven));
  });

  const titleOf = async (): Promise<string> =>
    (await haven.rest('GET', `/collections/films/records/${film}`)).body.data.title;

  it('finds, changes and undoes, imports and groups records in less than three minutes', async () => {
    const page = await open('/');
    const person = new Person(page);
    const edits = page.getByRole('region', { name: 'Queued changes' });

    // Finds a record.
    await person.click(page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Collections' }));
    await person.click(page.getByRole('main').getByRole('link', { name: 'films', exact: true }));
    await person.click(page.getByRole('textbox', { name: 'Search' }));
    await person.type('alien');
    const cell = page.getByRole('gridcell', { name: 'Alien', exact: true });
    await page.getByRole('gridcell', { name: 'Brazil' }).waitFor({ state: 'detached' });

    // Changes it.
    await person.doubleClick(cell);
    await person.press('End');
    await person.type(' (1979)');
    await person.press('Enter');
    expect(await titleOf()).toBe('Alien');
    await person.click(edits.getByRole('button', { name: 'Review' }));
    await person.click(page.getByRole('button', { name: 'Apply 1 change' }));
    await edits.getByText('1 change applied.').waitFor();
    expect(await titleOf()).toBe('Alien (1979)');

    // Sees who has changed it.
    await person.click(page.getByRole('rowheader').getByRole('link').first());
    await person.click(page.getByRole('tab', { name: 'History' }));
    await page
      .getByText(/^Changed by /)
      .first()
      .waitFor();
    await page.getByText('Version 3', { exact: true }).waitFor();

    // Undoes the change.
    await person.click(edits.getByRole('button', { name: 'Undo 1 change' }));
    await expect.poll(titleOf).toBe('Alien');

    // Imports a file.
    await person.click(page.getByRole('main').getByRole('link', { name: 'films', exact: true }).first());
    await settled(page);
    await person.click(page.getByRole('button', { name: 'More' }));
    await person.click(page.getByRole('menuitem', { name: 'Import' }));
    await person.choose(page.locator('input[type=file]'), 'films.csv', CSV);
    await person.click(page.getByRole('button', { name: 'Import 3 records' }));
    await page.getByText('3 created').waitFor();
    await person.click(page.getByRole('link', { name: 'Show the records' }));
    await page.getByRole('gridcell', { name: 'Eraserhead' }).waitFor();

    // Groups the records.
    await person.click(page.getByRole('button', { name: 'More' }));
    await person.click(page.getByRole('menuitem', { name: 'Ask' }));
    await groupByGenre(page, person);

    console.log(`The script of a newcomer takes ${person.seconds.toFixed(0)} s at the pace of a person.`);
    expect(person.seconds).toBeLessThan(180);
  });

  async function groupByGenre(page: Page, person: Person): Promise<void> {
    await person.click(page.getByRole('button', { name: 'Group by a field' }));
    await person.click(page.getByRole('combobox', { name: /^Group by/ }));
    await person.type('genre');
    await person.press('Tab');
    await person.click(page.getByRole('button', { name: 'Ask', exact: true }));
    await page.getByRole('row', { name: /comedy.*2/ }).waitFor();
  }
});
