import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { root } from './build.ts';

// The pre-commit hook: what takes a second, on what is about to be committed. All the rest is `npm run check`.
const listed = spawnSync('git', ['diff', '--cached', '--name-only', '--diff-filter=ACMR', '-z'], {
  cwd: root,
  encoding: 'utf8',
});
const files = listed.stdout.split('\0').filter(Boolean);
const code = files.filter((file) => /\.[cm]?[jt]s$/.test(file));

const format = run('prettier', ['--check', '--log-level', 'warn', '--ignore-unknown'], files);
const lint = run('oxlint', ['--deny-warnings', '--no-error-on-unmatched-pattern'], code);
process.exitCode = format && lint ? 0 : 1;

function run(command, args, paths) {
  if (paths.length === 0) return true;
  const done = spawnSync(join(root, 'node_modules/.bin', command), [...args, ...paths], {
    cwd: root,
    stdio: 'inherit',
  });
  return done.status === 0;
}
