import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The root of the project. */
export const root = join(import.meta.dirname, '..');

interface Manifest {
  bin: string | Record<string, string>;
}

/** Returns the script of a command that a package installs. Running it with `process.execPath` needs no shell. */
export function commandOf(name: string, command: string = name): string {
  const directory = join(root, 'node_modules', name);
  // The cast is safe, because this function is only called for packages that have commands.
  const { bin } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Manifest;
  const script = typeof bin === 'string' ? bin : bin[command];
  if (script === undefined) throw new Error(`The package ${name} has no command ${command}.`);
  return join(directory, script);
}

/** Runs a script with this Node and shows its output. Returns whether it succeeded. */
export function runScript(script: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): boolean {
  return spawnSync(process.execPath, [script, ...args], { cwd: root, env, stdio: 'inherit' }).status === 0;
}
