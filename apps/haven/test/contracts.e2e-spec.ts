import { readFile } from 'node:fs/promises';

import { expect, it } from 'vitest';

import { generatedDocs, writeDocs } from '../src/generate-docs.js';
import { startHaven } from './support/haven.js';

const haven = startHaven();

it('finds the committed references as the code makes them (npm run docs:generate writes them)', async () => {
  if (process.env['HAVEN_TEST_WRITE_DOCS']) await writeDocs(haven.app, 'docs');
  for (const [name, text] of Object.entries(generatedDocs(haven.app))) {
    expect(await readFile(`docs/${name}`, 'utf8'), name).toBe(text);
  }
});

it('serves the document it commits', async () => {
  const { body } = await haven.rest('GET', '//openapi.json');
  expect(body).toEqual(JSON.parse(await readFile('docs/openapi.json', 'utf8')));
});
