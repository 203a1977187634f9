import { createHash } from 'node:crypto';
import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';

import { NOT_BUNDLED } from './bundle.ts';
import { shippedPackages } from './lock-file.ts';
import type { LockedPackage } from './lock-file.ts';
import { root } from './tool.ts';

const LIMIT_MIB = 34;

/**
 * Files of any directory that are not read at run time. Licences are kept, because they must be shipped with the code.
 */
const DEAD_FILE = /\.(?:map|[cm]?ts|flow|tsbuildinfo)$|^(?!licen[cs]e|notice|copying).*\.(?:md|markdown)$/i;
const DEAD_DIRECTORY = /^(?:tests?|__tests__|examples?|bench(?:mark)?s?|\.github)$/;

/** Files to keep of a bundled package: its package.json, by which scanners identify it, and its licence. */
const NAME_AND_TERMS = /^(?:package\.json|(?:licen[cs]e|notice|copying).*)$/i;

/** Large second copies within packages, for browsers or the other module system, that Node never loads. */
const DEAD_PATHS = [
  '@graphql-yoga/render-graphiql/cjs',
  'swagger-ui-dist/swagger-ui-es-bundle-core.js',
  'swagger-ui-dist/swagger-ui-es-bundle.js',
  'swagger-ui-dist/swagger-ui.js',
].map((path) => join(root, 'node_modules', path));

/** Files for browsers that `npm run build` has compressed. Without them, Haven compresses what it serves. */
const COMPRESSED = 'dist/compressed';

/** The console. Its long files are in `COMPRESSED` only. */
const CONSOLE = 'dist/console';

/** The guide, which Haven serves at `/docs/guide`, and the files that its pages link to. */
const GUIDE = ['CONTRIBUTING.md', 'docs', 'examples/typescript'];

/**
 * Writes the content that the container image adds to its base to `target`: the build, the configuration, the guide,
 * and the packages that are not bundled. `compressed` is the directory of the compressed files.
 */
function assemble(target: string, compressed: string): void {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  for (const part of ['package.json', 'LICENSE', 'config', 'dist/apps', 'dist/chunks', CONSOLE]) copyTo(target, part);
  if (existsSync(compressed)) {
    cpSync(compressed, join(target, COMPRESSED), { recursive: true });
    linkCompressed(join(target, CONSOLE, 'assets'), join(target, COMPRESSED));
  }
  for (const part of GUIDE) cpSync(join(root, part), join(target, part), { recursive: true, filter: isOfGuide });
  const packages = shippedPackages();
  const loaded = withDependencies(packages);
  for (const path of packages.keys()) (loaded.has(path) ? copyTo : copyNameAndTerms)(target, path);
}

/**
 * Replaces files by links to their compressed forms. Nearly all clients accept these; for others, Haven decompresses
 * them.
 */
function linkCompressed(directory: string, compressed: string): void {
  for (const name of readdirSync(directory)) {
    const file = join(directory, name);
    const hash = createHash('sha256').update(readFileSync(file)).digest('hex');
    const replacement = join(compressed, `${hash}.br`); // as Haven names it
    if (!existsSync(replacement)) continue;
    symlinkSync(relative(directory, replacement), `${file}.br`);
    rmSync(file);
  }
}

/** Returns the paths of the packages that are not bundled, with all their dependencies. */
function withDependencies(packages: ReadonlyMap<string, LockedPackage>): Set<string> {
  const found = new Set<string>();
  const waiting = NOT_BUNDLED.map((name) => `node_modules/${name}`);
  for (let path = waiting.pop(); path; path = waiting.pop()) {
    if (found.has(path)) continue;
    found.add(path);
    for (const name of Object.keys(packages.get(path)?.dependencies ?? {}))
      waiting.push(resolved(name, path, packages));
  }
  return found;
}

/** Returns the path where Node finds a package: next to the importing package, or in a parent directory. */
function resolved(name: string, from: string, packages: ReadonlyMap<string, LockedPackage>): string {
  const path = join(from, 'node_modules', name);
  if (packages.has(path)) return path;
  if (from === '') throw new Error(`${name} is not in package-lock.json.`);
  return resolved(name, from.replace(/\/?node_modules\/(?:@[^/]+\/)?[^/]+$/, ''), packages);
}

function copyTo(target: string, part: string): void {
  copy(join(root, part), join(target, part));
}

/** Whether Haven serves the file as a part of the guide, or the directory contains such files. */
function isOfGuide(path: string): boolean {
  const name = basename(path);
  return !/^(?:\.vitepress|released|generated)$|\.json$/.test(name);
}

function copyNameAndTerms(target: string, path: string): void {
  mkdirSync(join(target, path), { recursive: true });
  const files = readdirSync(join(root, path)).filter((name) => NAME_AND_TERMS.test(name));
  for (const name of files) copyTo(target, join(path, name));
}

function copy(from: string, to: string): void {
  const isPart = (path: string): boolean => path === from || isNeeded(path, lstatSync(path));
  cpSync(from, to, { recursive: true, filter: isPart });
}

function isNeeded(path: string, stats: Stats): boolean {
  const name = basename(path);
  if (DEAD_PATHS.includes(path)) return false;
  // Nested packages are copied by their own entry in the lock file.
  if (stats.isDirectory()) return name !== 'node_modules' && !DEAD_DIRECTORY.test(name);
  return !DEAD_FILE.test(name);
}

/** Returns the size of the layer's tar archive, in which each entry has a header and is padded to whole blocks. */
function sizeOf(directory: string): number {
  const BLOCK = 512;
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .map((entry) => (entry.isFile() ? lstatSync(join(entry.parentPath, entry.name)).size : 0))
    .reduce((total, size) => total + BLOCK + Math.ceil(size / BLOCK) * BLOCK, 0);
}

if (process.argv[1] === import.meta.filename) {
  const target = resolve(process.argv[2] ?? join(root, 'dist/image'));
  assemble(target, resolve(process.argv[3] ?? join(root, COMPRESSED)));
  const mib = sizeOf(target) / 2 ** 20;
  console.log(`Image: ${mib.toFixed(1)} MiB in addition to its base; the limit is ${LIMIT_MIB} MiB.`);
  if (mib > LIMIT_MIB) process.exitCode = 1;
}
