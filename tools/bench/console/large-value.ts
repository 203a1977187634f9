import type { Browser, Page } from 'playwright-core';

import { summary } from '../measure.ts';
import type { Summary } from '../measure.ts';
import { openProfile, viewShown } from './browser.ts';
import { framesDuring } from './frames.ts';
import type { Frames } from './frames.ts';

/** Characters of the text: as many as a request may have by default, with the rest of the record. */
const LENGTH = 1_000_000;

const PATH = '/api/v1/collections/notes';

/** A step in a record with a long text: the longest task and the longest frame in milliseconds. */
export interface LongTextStep {
  row: string;
  task: Summary;
  frame: Summary;
}

const STEPS: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
  'open the record': async (page) => {
    await page.getByRole('rowheader').getByRole('link').click();
    await page.getByRole('button', { name: /^Show all/ }).waitFor();
  },
  'show the text': async (page) => {
    await page.getByRole('button', { name: /^Show all/ }).click();
    await page.getByRole('textbox', { name: 'text', exact: true }).waitFor();
  },
  'type 10 letters': async (page) => {
    await page.getByRole('textbox', { name: 'text', exact: true }).click();
    await page.keyboard.type('abcdefghij');
    await page.getByText('1 queued change').first().waitFor();
  },
  review: async (page) => {
    await page.getByRole('button', { name: 'Review' }).click();
    await page.getByRole('button', { name: 'Apply 1 change', disabled: false }).waitFor();
  },
  save: async (page) => {
    await page.getByRole('button', { name: 'Apply 1 change' }).click();
    await page.getByText('1 change applied.').first().waitFor();
  },
};

/** Opens, edits and saves a record with a text of a megabyte. */
export async function measureLongText(browser: Browser, origin: string, rounds: number): Promise<LongTextStep[]> {
  await createNote(origin);
  const found = Object.keys(STEPS).map((row) => ({ row, frames: [] as Frames[] }));
  for (let round = 0; round < rounds; round++) {
    const profile = await openProfile(browser);
    const page = await profile.newPage();
    await page.goto(`${origin}/console/collections/notes`);
    await viewShown(page);
    for (const { row, frames } of found)
      frames.push(
        await framesDuring(page, async () => {
          await STEPS[row]?.(page);
        }),
      );
    await profile.close();
  }
  return found.map(({ row, frames }) => ({
    row,
    task: summary(frames.map(({ longestTask }) => longestTask)),
    frame: summary(frames.map(({ longest }) => longest)),
  }));
}

async function createNote(origin: string): Promise<void> {
  const line = 'A line of a long text, as a person would write it, with some words.\n';
  const text = line.repeat(Math.ceil(LENGTH / line.length)).slice(0, LENGTH);
  await store(origin, 'PUT', PATH, {});
  await store(origin, 'PUT', `${PATH}/records/00000000-0000-7000-8000-000000000001`, {
    data: { title: 'A long note', text },
  });
}

async function store(origin: string, method: string, path: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(origin + path, { method, headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
}
