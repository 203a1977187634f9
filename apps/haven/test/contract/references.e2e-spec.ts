import { readFile } from 'node:fs/promises';

import { expect, it } from 'vitest';

import { generatedDocs, writeDocs } from '../../src/generate-docs.js';
import { startHaven } from '../support/haven.js';

const haven = startHaven();

// `npm run generate` runs this file with the variable set.
it('matches the committed references with the generated ones (run `npm run generate` to update them)', async () => {
  if (process.env['HAVEN_TEST_WRITE_DOCS']) await writeDocs(haven.app, 'docs');
  for (const [name, text] of Object.entries(generatedDocs(haven.app))) {
    expect(await readFile(`docs/${name}`, 'utf8'), name).toBe(text);
  }
});
