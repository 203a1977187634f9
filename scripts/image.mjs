import { cpSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

import { root } from './build.mjs';

const LIMIT_MIB = 60;

/** Not read at run time, wherever it lies. Licences stay: they must travel with the code. */
const DEAD_FILE = /\.(?:map|[cm]?ts|flow|tsbuildinfo)$|^(?!licen[cs]e|notice|copying).*\.(?:md|markdown)$/i;
const DEAD_DIRECTORY = /^(?:tests?|__tests__|examples?|bench(?:mark)?s?|\.github)$/;

/** A package's second copies for browsers, bundlers or the other module system: the large ones that Node never loads. */
const DEAD_PATHS = [
  '@graphql-yoga/render-graphiql/cjs',
  'class-validator/bundles',
  'csv-parse/dist',
  'libphonenumber-js/bundle',
  'rxjs/dist/bundles',
  'rxjs/dist/esm',
  'rxjs/dist/esm5',
  'swagger-ui-dist/swagger-ui-es-bundle-core.js',
  'swagger-ui-dist/swagger-ui-es-bundle.js',
  'swagger-ui-dist/swagger-ui.js',
  'typeorm/browser',
].map((path) => join(root, 'node_modules', path));

/** Lays out in `target` what the container image holds over its base: the build, the configuration, the production packages. */
export function assemble(target) {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  const parts = ['package.json', 'LICENSE', 'config', 'dist/apps', 'dist/libs', ...productionPackages()];
  for (const part of parts) copy(join(root, part), join(target, part));
}

/** As `npm ci --omit=dev --omit=optional` would leave them, but without the network. */
function productionPackages() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(packages)
    .filter(([path, { dev, optional, devOptional }]) => path !== '' && !dev && !optional && !devOptional)
    .map(([path]) => path);
}

function copy(from, to) {
  const isPart = (path) => path === from || isNeeded(path, lstatSync(path));
  cpSync(from, to, { recursive: true, filter: isPart });
}

function isNeeded(path, stats) {
  const name = basename(path);
  if (DEAD_PATHS.includes(path)) return false;
  // Nested packages are copied by their own entry in the lock file.
  if (stats.isDirectory()) return name !== 'node_modules' && !DEAD_DIRECTORY.test(name);
  return !DEAD_FILE.test(name);
}

/** What the layer's tar holds: each entry has a header and is filled up to whole blocks. */
function sizeOf(directory) {
  const BLOCK = 512;
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .map((entry) => (entry.isFile() ? lstatSync(join(entry.parentPath, entry.name)).size : 0))
    .reduce((total, size) => total + BLOCK + Math.ceil(size / BLOCK) * BLOCK, 0);
}

if (process.argv[1] === import.meta.filename) {
  const target = resolve(process.argv[2] ?? join(root, 'dist/image'));
  assemble(target);
  const mib = sizeOf(target) / 2 ** 20;
  console.log(`Image: ${mib.toFixed(1)} MiB over its base; ${LIMIT_MIB} MiB are allowed.`);
  if (mib > LIMIT_MIB) process.exitCode = 1;
}
