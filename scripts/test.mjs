import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { buildIfNeeded, root } from './build.mjs';
import { check } from './check.mjs';

const results = join(root, 'coverage/results.json');

// Everything runs, whatever failed before: one run tells all there is to mend.
const built = await buildIfNeeded();
const failed = await check();
rmSync(results, { force: true });
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`];
const { status } = spawnSync(
  join(root, 'node_modules/.bin/vitest'),
  ['run', '--coverage', ...reporters, ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: 'inherit',
  },
);

if (!built) console.log('The build failed; see above.');
if (failed.length > 0) console.log(`Checks failed: ${failed.join(', ')}; see above.`);
const counted = summarize();
process.exitCode = built && failed.length === 0 && status === 0 && counted ? 0 : 1;

function summarize() {
  if (!existsSync(results)) return false;
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(results, 'utf8'));
  const skipped = numPendingTests > 0 ? `, ${numPendingTests} skipped` : '';
  console.log(`Tests: ${numPassedTests} passed, ${numFailedTests} failed${skipped}`);
  return numPassedTests > 0;
}
