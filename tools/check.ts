import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import { commandOf, root } from './tool.ts';

interface Check {
  /** A script to run with this Node, and its arguments. */
  run: [script: string, ...args: string[]];
  /** Command that fixes the findings of the check, if there is one. */
  fix?: string;
}

const typesOf = (project: string, cache: string): Check => ({
  run: [commandOf('typescript7', 'tsc'), '--noEmit', '-p', project, '--tsBuildInfoFile', `dist/.tsbuildinfo-${cache}`],
});

const LAYERS = ['--config', '.dependency-cruiser.cjs', '--output-type', 'err'];
const FORMAT = ['--check', '--log-level', 'warn', '--cache', '--cache-location', 'dist/.prettiercache', '.'];

/** The checks. The slowest come first, so that they start first. */
const checks: Record<string, Check> = {
  'prettier (format)': { run: [commandOf('prettier'), ...FORMAT], fix: 'npm run format' },
  'tsc (types)': typesOf('tsconfig.json', 'check'),
  'tsc (types of the tools)': typesOf('tools/tsconfig.json', 'tools'),
  'tsc (types of the client)': typesOf('packages/client/tsconfig.json', 'client'),
  "tsc (types of the client's command)": typesOf('packages/client/cli/tsconfig.json', 'client-cli'),
  'tsc (types of the console)': typesOf('apps/console/tsconfig.json', 'console'),
  'dependency-cruiser (layers)': {
    run: [commandOf('dependency-cruiser', 'depcruise'), ...LAYERS, 'apps', 'libs', 'packages', 'tools'],
  },
  'generated (rules, dashboards, benchmark pages, types of the examples, error codes, licences, case folding)': {
    run: [join(root, 'tools/generate.ts'), '--check'],
    fix: 'npm run generate',
  },
  'supply chain (pins, install scripts, licences)': { run: [join(root, 'tools/supply-chain.ts')] },
  'workflows (syntax, expressions, pins)': { run: [join(root, 'tools/workflows.ts')] },
  'API changes (compatible, or in the changelog)': { run: [join(root, 'tools/api-changes.ts')] },
  'prose (words, comments, line length)': { run: [join(root, 'tools/prose.ts')] },
  'oxlint (lint)': { run: [commandOf('oxlint'), '--type-aware', '--deny-warnings'] },
  'knip (dead code)': { run: [commandOf('knip'), '--no-progress'] },
};

/** Runs all checks, one per processor at a time. Resolves with the names of those that failed. */
export async function check(): Promise<string[]> {
  const waiting = Object.entries(checks);
  const failed: string[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      if (!(await run(...next))) failed.push(next[0]);
    }
  };
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, work));
  return failed;
}

function run(name: string, { run: args, fix }: Check): Promise<boolean> {
  const started = Date.now();
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} ${seconds} s`);
      if (code !== 0) console.log(output.trimEnd());
      if (code !== 0 && fix) console.log(`"${fix}" fixes this.`);
      resolve(code === 0);
    });
  });
}

if (process.argv[1] === import.meta.filename) {
  const failed = await check();
  process.exitCode = failed.length > 0 ? 1 : 0;
}
