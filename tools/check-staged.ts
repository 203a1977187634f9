import { spawnSync } from 'node:child_process';

import { commandOf, root, runScript } from './tool.ts';

// The pre-commit hook: runs the checks that take a second on the staged files. `npm run check` runs all checks.
const listed = spawnSync('git', ['diff', '--cached', '--name-only', '--diff-filter=ACMR', '-z'], {
  cwd: root,
  encoding: 'utf8',
});
const files = listed.stdout.split('\0').filter(Boolean);
const code = files.filter((file) => /\.[cm]?[jt]s$/.test(file));

const format = run('prettier', ['--check', '--log-level', 'warn', '--ignore-unknown'], files);
const lint = run('oxlint', ['--deny-warnings', '--no-error-on-unmatched-pattern'], code);
process.exitCode = format && lint ? 0 : 1;

function run(command: string, args: string[], paths: string[]): boolean {
  return paths.length === 0 || runScript(commandOf(command), [...args, ...paths]);
}
