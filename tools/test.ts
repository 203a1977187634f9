import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { buildIfNeeded } from './build.ts';
import { check } from './check.ts';
import { commandOf, root, runScript } from './tool.ts';

const results = join(root, 'coverage/results.json');

// Everything runs, whatever failed before: one run tells all there is to mend.
const built = await buildIfNeeded();
const failed = await check();
rmSync(results, { force: true });
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`];
const passed = runScript(commandOf('vitest'), ['run', '--coverage', ...reporters, ...process.argv.slice(2)]);

if (!built) console.log('The build failed; see above.');
if (failed.length > 0) console.log(`Checks failed: ${failed.join(', ')}; see above.`);
const counted = summarize();
process.exitCode = built && failed.length === 0 && passed && counted ? 0 : 1;

interface Results {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
}

function summarize(): boolean {
  if (!existsSync(results)) return false;
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(results, 'utf8')) as Results; // of vitest's reporter
  const skipped = numPendingTests > 0 ? `, ${numPendingTests} skipped` : '';
  console.log(`Tests: ${numPassedTests} passed, ${numFailedTests} failed${skipped}`);
  return numPassedTests > 0;
}
