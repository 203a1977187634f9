import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..');
export const cli = join(root, 'dist/apps/haven/src/cli.js');

/** The same, a file for each source as the compiler leaves them: slower to start, quicker to change, and the one to profile. */
export const modules = join(root, 'dist/modules');
export const cliOfModules = join(modules, 'apps/haven/src/cli.js');
const stamp = join(root, 'dist/.built');

/** Compiles and bundles into dist/; true when that went well. What it was compiled from is noted, so that nothing is built twice. */
export async function build() {
  const sources = fingerprint(); // before the build: what is saved while it runs must count as new
  forgetBuild();
  const { status } = spawnSync(join(root, 'node_modules/.bin/nest'), ['build'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) return false;
  const { bundle } = await import('./bundle.mjs'); // a development dependency, which an installation without sources lacks
  await bundle(root);
  chmodSync(cli, 0o755);
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(stamp, sources);
  return true;
}

/** Compiles unless dist/ is what the sources say; an installation without sources is taken as it is. */
export async function buildIfNeeded() {
  if (!existsSync(join(root, 'apps'))) return true;
  if (existsSync(stamp) && existsSync(cli) && readFileSync(stamp, 'utf8') === fingerprint()) return true;
  return build();
}

/** For whoever writes to dist/ by another way: the next build is a real one. */
export function forgetBuild() {
  rmSync(stamp, { force: true });
}

/** By content, not by time: switching branches back and forth changes times and deletes files. */
function fingerprint() {
  const hash = createHash('sha256');
  for (const file of inputs())
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  return hash.digest('hex');
}

function inputs() {
  const configs = [
    'nest-cli.json',
    'package.json',
    'package-lock.json', // packages are part of what is built
    'scripts/bundle.mjs',
    'tsconfig.json',
    'tsconfig.build.json',
  ];
  const sources = ['apps', 'libs'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((file) => join(folder, file)),
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
