import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import './node-version.mjs';

const root = join(import.meta.dirname, '..');
const cli = join(root, 'dist/apps/haven/src/cli.js');

// In another process, because Node needs 18 MiB to load a file in TypeScript, which it would keep.
const build = spawnSync(process.execPath, [join(root, 'tools/build.ts'), '--if-needed'], { stdio: 'inherit' });

// Haven runs in this process, so that it receives the signals and controls the terminal and the exit code.
if (build.status === 0) {
  process.argv = [process.execPath, cli, 'start', ...process.argv.slice(2)];
  await import(pathToFileURL(cli).href);
} else {
  process.exitCode = 1;
}
