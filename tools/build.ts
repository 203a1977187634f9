import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

import { showProgress } from './progress.ts';
import { root } from './tool.ts';

/** The built command line. */
export const cli = join(root, 'dist/apps/haven/src/cli.js');

/** A part of dist/ that is built from sources, and built again only after they have changed. */
interface BuiltPart {
  readonly name: string;
  /** A file that the part contains. */
  readonly file: string;
  /** File with the fingerprint of the sources that the part was built from. */
  readonly stamp: string;
  /** Paths of the sources, below the root. */
  inputs(): string[];
  build(): Promise<void>;
}

const haven: BuiltPart = {
  name: 'Haven',
  file: cli,
  stamp: join(root, 'dist/.built'),
  inputs: () => [
    ...CONFIGS,
    'tools/bundle.ts',
    ...filesIn('apps/haven/src', 'libs', 'packages/client/cli').filter((file) => file.endsWith('.ts')),
  ],
  async build() {
    for (const old of ['apps', 'chunks']) rmSync(join(root, 'dist', old), { recursive: true, force: true });
    // Imported here because it needs a development dependency, which an installation without sources does not have.
    const { bundleHaven } = await import('./bundle.ts');
    await bundleHaven(root);
    chmodSync(cli, 0o755);
  },
};

const browserConsole: BuiltPart = {
  name: 'the console',
  file: join(root, 'dist/console/index.html'),
  stamp: join(root, 'dist/.built-console'),
  inputs: () => [...CONFIGS, 'tools/console.ts', ...filesIn('apps/console', 'packages/client/src')],
  async build() {
    const { buildConsole } = await import('./console.ts');
    await buildConsole();
  },
};

const CONFIGS = ['package.json', 'package-lock.json', 'tsconfig.json'];

/** Builds a part, without type checks. Returns whether this succeeded. */
async function buildPart({ name, stamp, inputs, build: run }: BuiltPart): Promise<boolean> {
  const sources = fingerprint(inputs()); // before the build, so that files saved during the build count as changed
  rmSync(stamp, { force: true });
  const progress = showProgress(`Building ${name}`);
  try {
    await run();
  } catch (error) {
    progress.fail();
    console.error(error instanceof Error ? error.message : error);
    return false;
  }
  progress.done();
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(stamp, sources);
  return true;
}

async function buildPartIfNeeded(part: BuiltPart): Promise<boolean> {
  const { file, stamp, inputs } = part;
  if (existsSync(stamp) && existsSync(file) && readFileSync(stamp, 'utf8') === fingerprint(inputs())) return true;
  return buildPart(part);
}

/**
 * Builds all of dist/, and the package of the client. Returns whether this succeeded. It takes a quarter of a minute to
 * compress the files for browsers, but only if their content is new.
 */
export async function build(): Promise<boolean> {
  if (!(await buildPart(haven)) || !(await buildPart(browserConsole))) return false;
  const progress = showProgress('Compressing files for browsers');
  const { compressServedFiles } = await import('./compress.ts');
  await compressServedFiles();
  progress.done();
  const { buildClient } = await import('./client.ts');
  await buildClient();
  return true;
}

/**
 * Builds Haven and the console unless dist/ is up to date, without compressed files: the server compresses those that
 * it needs. An installation without sources is used as it is.
 */
export async function buildIfNeeded(): Promise<boolean> {
  if (!existsSync(join(root, 'apps'))) return true;
  return (await buildPartIfNeeded(haven)) && buildPartIfNeeded(browserConsole);
}

/**
 * Hashes the contents of the sources. Modification times cannot be used instead, because switching branches changes
 * them.
 */
function fingerprint(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of [...files].sort())
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  return hash.digest('hex');
}

/** Returns the files below some directories that are no tests. */
function filesIn(...folders: string[]): string[] {
  return folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(root, join(entry.parentPath, entry.name))),
    )
    .filter((file) => !/\.spec\.tsx?$/.test(file));
}

if (process.argv[1] === import.meta.filename) {
  const done = await (process.argv.includes('--if-needed') ? buildIfNeeded() : build());
  process.exitCode = done ? 0 : 1;
}
