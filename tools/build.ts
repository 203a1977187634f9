import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { showProgress } from './progress.ts';
import { root } from './tool.ts';

/** The built command line. */
export const cli = join(root, 'dist/apps/haven/src/cli.js');

/** File with the fingerprint of the sources that dist/ was built from. */
const stamp = join(root, 'dist/.built');

/** Bundles Haven into dist/ without type checks. Returns whether this succeeded. */
async function bundle(): Promise<boolean> {
  const sources = fingerprint(); // before the build, so that files saved during the build count as changed
  rmSync(stamp, { force: true });
  for (const old of ['apps', 'chunks']) rmSync(join(root, 'dist', old), { recursive: true, force: true });
  const progress = showProgress('Building Haven');
  try {
    // Imported here because it needs a development dependency, which an installation without sources does not have.
    const { bundleHaven } = await import('./bundle.ts');
    await bundleHaven(root);
  } catch (error) {
    progress.fail();
    console.error(error instanceof Error ? error.message : error);
    return false;
  }
  progress.done();
  chmodSync(cli, 0o755);
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(stamp, sources);
  return true;
}

/**
 * Builds all of dist/, and the package of the client. Returns whether this succeeded. It takes a quarter of a minute to
 * compress the files for browsers, but only if their content is new.
 */
export async function build(): Promise<boolean> {
  if (!(await bundle())) return false;
  const progress = showProgress('Compressing files for browsers');
  const { compressServedFiles } = await import('./compress.ts');
  await compressServedFiles();
  progress.done();
  const { buildClient } = await import('./client.ts');
  await buildClient();
  return true;
}

/**
 * Bundles Haven unless dist/ is up to date, without compressed files: the server compresses those that it needs. An
 * installation without sources is used as it is.
 */
export async function buildIfNeeded(): Promise<boolean> {
  if (!existsSync(join(root, 'apps'))) return true;
  if (existsSync(stamp) && existsSync(cli) && readFileSync(stamp, 'utf8') === fingerprint()) return true;
  return bundle();
}

/**
 * Hashes the contents of the sources. Modification times cannot be used instead, because switching branches changes
 * them.
 */
function fingerprint(): string {
  const hash = createHash('sha256');
  for (const file of inputs())
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  return hash.digest('hex');
}

function inputs(): string[] {
  const configs = ['package.json', 'package-lock.json', 'tools/bundle.ts', 'tsconfig.json'];
  const sources = ['apps', 'libs', 'packages/client/cli'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  );
  return [
    ...configs,
    ...sources.filter((file) => file.endsWith('.ts') && !/\.(e2e-|slow-)?spec\.ts$|[/\\]test[/\\]/.test(file)),
  ].sort();
}

if (process.argv[1] === import.meta.filename) {
  const done = await (process.argv.includes('--if-needed') ? buildIfNeeded() : build());
  process.exitCode = done ? 0 : 1;
}
