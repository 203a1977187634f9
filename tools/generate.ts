import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { benchmarkPages } from './bench/pages/pages.ts';
import { caseFoldingTable } from './case-folding.ts';
import { errorCodes } from './error-codes.ts';
import { exampleTypes } from './example-types.ts';
import { licencesPage } from './licences.ts';
import { observabilityFiles } from './observability.ts';
import { commandOf, root, runScript } from './tool.ts';

/**
 * Arguments of vitest for the test that writes the pages about the API. A test does this, because the API can only be
 * read from a running application. In all other runs, the test compares the pages with the committed ones.
 */
const API_DOCS = ['run', '--project', 'e2e', 'apps/haven/test/contract/references'];

// Writes all generated files. With --check, only lists the files that differ; tests check the pages of the API.
const isCheck = process.argv.includes('--check');
const hasDocs = isCheck || runScript(commandOf('vitest'), API_DOCS, { ...process.env, HAVEN_TEST_WRITE_DOCS: '1' });
if (!hasDocs) process.exit(1);

const files = {
  ...(await exampleTypes()),
  ...(await observabilityFiles()),
  ...(await benchmarkPages()),
  ...licencesPage(),
  ...caseFoldingTable(),
  ...errorCodes(),
};
const stale = Object.entries(files).filter(([path, text]) => contentOf(path) !== text);
for (const [path, text] of stale) {
  if (!isCheck) writeFileSync(join(root, path), text);
  console.log(isCheck ? `${path} is out of date.` : `Wrote ${path}.`);
}
if (isCheck && stale.length > 0) process.exitCode = 1;

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return undefined; // a new file
  }
}
