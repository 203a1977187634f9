import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

import { expect } from 'vitest';

import { indentedJson } from '../../src/cli/indented-json.js';

const run = promisify(execFile);
const INDENT = /\s*\\?\s*\| npx haven json/;

/** Whether a directory's `npx haven` and `haven json` have run already. */
const seenIn = new Map<string, { npx: boolean; indent: boolean }>();

/** Commands of the guide and the output shown for them. */
export interface ShellExample {
  command: string;
  output: string;
}

/**
 * Returns the examples of a page: each `sh` block that calls `curl` or `npx haven`, and the `text` block after it. A
 * second `text` block shows the output of running the same command again.
 */
export function shellExamplesOf(markdown: string): ShellExample[] {
  const examples: ShellExample[] = [];
  let shown = true;
  for (const [, language, block = ''] of markdown.matchAll(/^```(sh|text)\n(.*?)^```$/gms)) {
    const last = examples.at(-1);
    if (language === 'sh') {
      if (/^(curl|npx haven)/.test(block)) examples.push({ command: block, output: '' });
    } else if (last && shown) examples.push({ command: last.command, output: block });
    else if (last) last.output = block;
    shown = language === 'text';
  }
  return examples;
}

/**
 * Runs the commands against a server, in this directory or in `cwd`, with a key if one is given. Every shown line must
 * be in the output, in this order.
 */
export async function playShell(
  examples: ShellExample[],
  url: string,
  { key, cwd = '.' }: { key?: string; cwd?: string } = {},
): Promise<void> {
  const env = { ...process.env, HAVEN_URL: url, HAVEN_KEY: key };
  const program = `"${process.execPath}" "${resolve(cwd, 'dist/apps/haven/src/cli.js')}"`;
  const seen = seenIn.get(cwd) ?? { npx: false, indent: false };
  seenIn.set(cwd, seen);
  for (const { command, output } of examples) {
    // Each process takes time, and npx ten times as much as the program that it starts. So npx runs once in a
    // directory, and the program directly otherwise. The command that indents JSON also runs once, and its function
    // otherwise.
    const isIndented = INDENT.test(command);
    const wanted = seen.indent ? command.replace(INDENT, '') : command;
    const shown = seen.npx ? wanted.replaceAll('npx haven', program) : wanted;
    seen.npx ||= shown.includes('npx haven');
    seen.indent ||= isIndented;
    const script = `set -eo pipefail\n${shown.replaceAll('localhost:8080', new URL(url).host)}`;
    const { stdout } = await run('bash', ['-c', script], { cwd, env, maxBuffer: 2 ** 26 });
    const lines = output
      .split('\n')
      .map(alike)
      .filter((line) => line !== '' && line !== '…');
    const real = (isIndented ? indentedJson(stdout) : stdout).split('\n').map(alike);
    let from = 0;
    for (const line of lines) {
      const at = real.indexOf(line, from);
      expect(at, `${command}\nshould show: ${line}\n\n${stdout.slice(0, 4_000)}`).toBeGreaterThanOrEqual(0);
      from = at + 1;
    }
  }
}

/** Replaces the parts of a line that differ between runs: ids, keys, times and speeds. */
function alike(line: string): string {
  return line
    .trim()
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'ID')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/\b[0-9a-f]{32}\b/g, 'TRACE')
    .replaceAll(/\bhvn_[0-9a-f]{16}_[0-9a-f]{64}\b/g, 'KEY')
    .replaceAll(/in [\d.]+ s \([\d,]+\/s\)/g, 'in SECONDS');
}
