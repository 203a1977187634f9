import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import { root } from './build.ts';

/** Longest first. */
const checks = {
  'tsc (types)': ['tsc', '--noEmit', '-p', 'tsconfig.json', '--tsBuildInfoFile', 'dist/.tsbuildinfo-check'],
  'dependency-cruiser (layers)': [
    'depcruise',
    '--config',
    '.dependency-cruiser.cjs',
    '--output-type',
    'err',
    'apps',
    'libs',
  ],
  'prettier (format)': [
    'prettier',
    '--check',
    '--log-level',
    'warn',
    '--cache',
    '--cache-location',
    'dist/.prettiercache',
    '.',
  ],
  'observability (rules and dashboards)': ['node', 'scripts/observability.mjs'],
  'supply-chain (dependencies)': ['node', 'scripts/supply-chain.mjs'],
  'oxlint (lint)': ['oxlint', '--type-aware', '--deny-warnings'],
  'knip (dead code)': ['knip', '--no-progress'],
};

/** Runs all of them, as many at a time as there are processors; resolves to the names of those that failed. */
export async function check() {
  const waiting = Object.entries(checks);
  const failed = [];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      if (!(await run(...next))) failed.push(next[0]);
    }
  };
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, work));
  return failed;
}

function run(name, [command, ...args]) {
  const started = Date.now();
  const program = command === 'node' ? process.execPath : join(root, 'node_modules/.bin', command);
  const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} ${seconds} s`);
      if (code !== 0) console.log(output.trimEnd());
      resolve(code === 0);
    });
  });
}

if (process.argv[1] === import.meta.filename) {
  const failed = await check();
  process.exitCode = failed.length > 0 ? 1 : 0;
}
