/**
 * Builds the package of the client (packages/client) into its dist/: its entries and its command, with the packages
 * that they use, and their declarations. Without an installation of the package, nothing else is needed to use it.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { rolldown } from 'rolldown';
import type { InputOptions, OutputOptions, RolldownOutput } from 'rolldown';

import { leaveOutFormatter } from './bundle.ts';
import { commandOf, root } from './tool.ts';

const directory = join(root, 'packages/client');
const dist = join(directory, 'dist');

/** The modules that users import, by their files in dist/; the same as `exports` of the package. */
const ENTRIES = { index: 'src/index.ts', 'tanstack-db/index': 'src/tanstack-db/index.ts' };

/** Builds the package. Throws if its types are wrong. */
export async function buildClient(): Promise<void> {
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });
  const library = await bundle(
    { input: ENTRIES, platform: 'neutral', external: /^@tanstack\// },
    { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name].js' },
  );
  const command = await bundle(
    { input: { bin: 'cli/bin.ts' }, platform: 'node', plugins: [leaveOutFormatter] },
    { entryFileNames: '[name].js', banner: '#!/usr/bin/env node', codeSplitting: false },
  );
  chmodSync(join(dist, 'bin.js'), 0o755);
  writeFileSync(join(dist, 'THIRD_PARTY_LICENSES.txt'), licencesOf([library, command]));
  declare();
}

async function bundle(from: InputOptions, to: OutputOptions): Promise<RolldownOutput> {
  const program = await rolldown({ cwd: directory, tsconfig: 'tsconfig.json', ...from });
  try {
    return await program.write({ dir: dist, format: 'esm', comments: false, ...to });
  } finally {
    await program.close();
  }
}

function declare(): void {
  const compiler = commandOf('typescript7', 'tsc');
  const args = [compiler, '-p', directory, '--declaration', '--emitDeclarationOnly', '--outDir', dist];
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`The types of the client are wrong:\n${stdout}`);
}

/** Returns the licences of the packages that are bundled. */
export function licencesOf(outputs: Pick<RolldownOutput, 'output'>[]): string {
  const chunks = outputs.flatMap(({ output }) => output.filter((file) => file.type === 'chunk'));
  const packages = chunks.flatMap(({ modules }) => Object.keys(modules).flatMap((id) => packageOf(id) ?? []));
  return [...new Set(packages)].sort().map(licenceOf).join('\n\n');
}

/** Returns the directory of the package that a module belongs to, if it belongs to one. */
function packageOf(id: string): string | undefined {
  return /^[^\0]*[/\\]node_modules[/\\](?:@[^/\\]+[/\\])?[^/\\]+/.exec(id)?.[0];
}

function licenceOf(path: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license: string;
  }; // npm's own format
  const file = readdirSync(path).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file && existsSync(join(path, file)) ? readFileSync(join(path, file), 'utf8').trim() : license;
  return `${name} ${version} (${license})\n\n${text}`;
}

if (process.argv[1] === import.meta.filename) await buildClient();
