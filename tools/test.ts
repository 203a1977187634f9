/**
 * Runs one suite of the tests. Usage: test.ts fast|slow|long [arguments of vitest]. Coverage is measured only in CI and
 * only for the fast suite, because it takes a quarter of the time.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';

import { buildIfNeeded } from './build.ts';
import { check } from './check.ts';
import { commandOf, root, runScript } from './tool.ts';

/** The members of the output of vitest's JSON reporter that are used here. */
interface Results {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  testResults: TestFile[];
}

interface TestFile {
  name: string;
  status: string;
  /** Reason of a failure of the file itself, not of one of its tests. */
  message: string;
  startTime: number;
  endTime: number;
  assertionResults: Assertion[];
}

interface Assertion {
  status: string;
  fullName: string;
  failureMessages: string[];
}

const suites: Record<string, { what: string; projects: string[]; checks: boolean }> = {
  fast: {
    what: 'build, checks, unit and end-to-end tests (npm run test:slow runs the slow tests)',
    projects: ['unit', 'e2e'],
    checks: true,
  },
  slow: { what: 'build and slow tests (npm test runs the fast ones)', projects: ['slow'], checks: false },
  long: { what: 'build, and tests that CI does not run', projects: ['long'], checks: false },
};

const results = join(root, 'coverage/results.json');
const SLOWEST = 5;
const FAILURE_LINES = 12;

const [, , name = '', ...args] = process.argv;
const suite = suites[name];
if (!suite) throw new Error(`Unknown suite "${name}"; the suites are ${Object.keys(suites).join(' and ')}.`);
console.log(`The ${name} suite: ${suite.what}.`);

// Each step runs even if an earlier one failed, so that one run shows all failures.
const steps: { step: string; seconds: number; passed: boolean }[] = [];
await measure('build', buildIfNeeded);
if (suite.checks && args.length === 0) await measure('checks', async () => (await check()).length === 0);
rmSync(results, { force: true });
await measure('tests', async () => runTests(suite.projects));
report();

async function measure(step: string, run: () => Promise<boolean>): Promise<void> {
  const began = performance.now();
  const passed = await run();
  steps.push({ step, seconds: (performance.now() - began) / 1_000, passed });
}

function runTests(projects: string[]): boolean {
  const coverage = process.env['CI'] && suite?.checks ? ['--coverage'] : [];
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`];
  const selection = projects.flatMap((project) => ['--project', project]);
  return runScript(commandOf('vitest'), ['run', ...selection, ...coverage, ...reporters, ...args]);
}

function report(): void {
  const found = existsSync(results) ? (JSON.parse(readFileSync(results, 'utf8')) as Results) : undefined;
  if (found) reportTests(found);
  for (const { step, seconds, passed } of steps)
    console.log(`${step.padEnd(8)} ${seconds.toFixed(0).padStart(5)} s  ${passed ? 'passed' : 'FAILED'}`);
  const total = steps.reduce((sum, { seconds }) => sum + seconds, 0);
  console.log(`${'total'.padEnd(8)} ${total.toFixed(0).padStart(5)} s`);
  if (found) {
    reportFailures(found);
    const { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped } = found;
    console.log(`Tests: ${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  }
  process.exitCode = steps.every(({ passed }) => passed) && found && found.numPassedTests > 0 ? 0 : 1;
}

/** Repeats the failures at the end, where a truncated log still shows them. */
function reportFailures({ testResults }: Results): void {
  for (const { name: file, status, message, assertionResults } of testResults) {
    const failures = assertionResults.filter((assertion) => assertion.status === 'failed');
    for (const { fullName, failureMessages } of failures)
      console.log(`FAILED ${relative(root, file)}: ${fullName}\n${beginningOf(failureMessages.join('\n'))}`);
    if (status === 'failed' && failures.length === 0)
      console.log(`FAILED ${relative(root, file)}\n${beginningOf(message)}`);
  }
}

function beginningOf(message: string): string {
  return message.split('\n').slice(0, FAILURE_LINES).join('\n');
}

function reportTests({ testResults }: Results): void {
  const bySeconds = testResults
    .map(({ name: file, startTime, endTime }) => ({ file, seconds: (endTime - startTime) / 1_000 }))
    .toSorted((a, b) => b.seconds - a.seconds);
  console.log('The slowest files:');
  for (const { file, seconds } of bySeconds.slice(0, SLOWEST))
    console.log(`${seconds.toFixed(0).padStart(5)} s  ${relative(root, file)}`);
  const missing = new Map<string, number>();
  for (const { status, fullName } of testResults.flatMap(({ assertionResults }) => assertionResults)) {
    const program = status === 'passed' || status === 'failed' ? undefined : /\(needs ([\w-]+)\)/.exec(fullName)?.[1];
    if (program) missing.set(program, (missing.get(program) ?? 0) + 1);
  }
  for (const [program, count] of missing)
    console.log(
      `Skipped because ${program} is not available: ${count} (HAVEN_TEST_REQUIRE=${program} makes them fail)`,
    );
}
