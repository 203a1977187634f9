/** The layers: see docs/architecture.md. Tests may import the files that they test. */
const TESTS = ['\\.spec\\.ts$', '\\.(e2e|slow)-spec\\.ts$', '^apps/haven/test/'];

/** Path of a library below `libs/`, as a group: `records`, `platform/database`. */
const LIBRARY = '(platform/[^/]+|[^/]+)';

const config = ['kernel'];
const observability = ['kernel', 'platform/config'];
const database = [...observability, 'platform/observability'];
const rateLimits = [...database, 'platform/database'];
const idempotency = [...rateLimits, 'platform/api'];
const dryRun = [...idempotency, 'platform/idempotency'];
const http = [...idempotency, 'platform/rate-limits'];
const graphql = [...http, 'platform/idempotency', 'platform/dry-run', 'platform/http'];
/** Platform libraries that features may import. The embedded server is used by the application alone. */
const platform = [...graphql, 'platform/graphql'];

/** The libraries that each library may import, from the bottom up. */
const allowed = {
  kernel: [],
  'platform/config': config,
  'platform/observability': observability,
  'platform/embedded-postgres': database,
  'platform/database': database,
  'platform/rate-limits': rateLimits,
  'platform/api': database,
  'platform/idempotency': idempotency,
  'platform/dry-run': dryRun,
  'platform/http': http,
  'platform/graphql': graphql,
  query: ['kernel'],
  'json-schema': ['kernel'],
  'record-types': ['kernel', 'json-schema'],
  openapi: ['kernel', 'query', 'json-schema', 'record-types'],
  csv: ['kernel'],
  usage: platform,
  health: platform,
  events: platform,
  tenants: [...platform, 'usage', 'events'],
  collections: [...platform, 'query', 'json-schema', 'record-types', 'usage'],
  records: [...platform, 'collections', 'query', 'csv', 'events', 'usage'],
  changes: [...platform, 'records', 'query', 'events'],
  webhooks: [...platform, 'changes', 'records', 'query', 'events', 'usage'],
  stats: [...platform, 'usage', 'events'],
  'typed-graphql': [...platform, 'record-types', 'collections', 'records', 'changes', 'query'],
};

/** The folders of the console's sources, from the bottom up: each imports those before it. */
const consoleFolders = [
  ...['values', 'ui', 'session', 'api', 'labels', 'usage', 'columns', 'filter', 'form', 'edits', 'transfer'],
  ...['views', 'shell'],
];
const inConsole = (...folders) => `^apps/console/src/(${folders.join('|')})/`;

const npm = (...names) => `(^|/)node_modules/(${names.join('|')})(/|$)`;
const folder = (name) => `^libs/[^/]+/src/${name}/`;

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'only-through-the-index',
      comment: 'Another library is imported through its src/index.ts only.',
      severity: 'error',
      from: { path: `^libs/${LIBRARY}/src/`, pathNot: TESTS },
      to: { path: '^libs/', pathNot: ['^libs/$1/src/', '/src/index\\.ts$'] },
    },
    {
      name: 'app-only-through-the-index',
      severity: 'error',
      from: { path: '^apps/', pathNot: TESTS },
      to: { path: '^libs/', pathNot: '/src/index\\.ts$' },
    },
    { name: 'libs-not-to-apps', severity: 'error', from: { path: '^libs/' }, to: { path: '^apps/' } },
    ...Object.entries(allowed).map(([lib, others]) => ({
      name: `${lib.replace('/', '-')}-imports-lower-layers`,
      comment: `libs/${lib} may import ${others.join(', ') || 'no other library'}.`,
      severity: 'error',
      from: { path: `^libs/${lib}/src/`, pathNot: TESTS },
      to: { path: '^libs/', pathNot: `^libs/(${[lib, ...others].join('|')})/src/` },
    })),
    {
      name: 'kernel-is-plain-typescript',
      severity: 'error',
      from: { path: '^libs/kernel/', pathNot: TESTS },
      to: { path: '(^|/)node_modules/' },
    },
    {
      name: 'domain-imports-domain',
      comment: 'Domain code may import the domain of its library, kernel, query and json-schema.',
      severity: 'error',
      from: { path: '^libs/([^/]+)/src/domain/', pathNot: TESTS },
      to: {
        path: '^libs/',
        pathNot: ['^libs/$1/src/domain/', '^libs/(kernel|query|json-schema|record-types)/src/index\\.ts$'],
      },
    },
    {
      name: 'domain-without-framework',
      severity: 'error',
      from: { path: [folder('domain'), '^libs/(query|json-schema|record-types|openapi)/src/'], pathNot: TESTS },
      to: {
        path: npm(
          '@nestjs',
          '@apollo',
          'typeorm',
          'pg',
          'fastify',
          'graphql',
          'rxjs',
          'class-validator',
          'class-transformer',
        ),
      },
    },
    {
      name: 'application-not-to-outer-layers',
      severity: 'error',
      from: { path: folder('application'), pathNot: TESTS },
      to: { path: '^libs/[^/]+/src/(infrastructure|interface)/' },
    },
    {
      name: 'application-without-transport-or-storage',
      severity: 'error',
      from: { path: folder('application'), pathNot: TESTS },
      to: {
        path: npm(
          'typeorm',
          'pg',
          'fastify',
          '@fastify',
          '@nestjs/swagger',
          '@nestjs/typeorm',
          '@nestjs/platform-fastify',
        ),
      },
    },
    {
      name: 'graphql-in-contracts-only',
      comment: 'A contract names the scalars ID and Int; nothing else of the application knows GraphQL.',
      severity: 'error',
      from: { path: folder('application'), pathNot: [...TESTS, '\\.contract\\.ts$'] },
      to: { path: npm('@nestjs/graphql', '@nestjs/apollo', 'graphql') },
    },
    {
      name: 'interface-not-to-infrastructure',
      severity: 'error',
      from: { path: folder('interface'), pathNot: TESTS },
      to: { path: folder('infrastructure') },
    },
    {
      name: 'infrastructure-not-to-interface',
      severity: 'error',
      from: { path: folder('infrastructure'), pathNot: TESTS },
      to: { path: folder('interface') },
    },
    {
      name: 'tools-not-to-haven',
      comment: 'Tools build, start and measure Haven; they import nothing of it.',
      severity: 'error',
      from: { path: '^tools/' },
      to: { path: '^(apps|libs)/' },
    },
    {
      name: 'haven-not-to-tools',
      severity: 'error',
      from: { path: '^(apps|libs)/' },
      to: { path: '^tools/' },
    },
    {
      name: 'packages-not-to-haven',
      comment: 'Packages are used without Haven; they import nothing of it.',
      severity: 'error',
      from: { path: '^packages/', pathNot: TESTS },
      to: { path: '^(apps|libs|tools)/' },
    },
    {
      name: 'client-without-node',
      comment: 'The client also runs in browsers.',
      severity: 'error',
      from: { path: '^packages/client/src/', pathNot: TESTS },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'haven-to-the-types-command-only',
      comment: 'The command line has the types command of the client; nothing else of Haven uses packages.',
      severity: 'error',
      from: { path: '^(apps/haven|libs|tools)/', pathNot: TESTS },
      to: { path: '^packages/', pathNot: '^packages/client/cli/types-command\\.ts$' },
    },
    {
      name: 'console-on-the-public-api',
      comment: 'The console runs in the browser. It knows Haven only by its API, through the client package.',
      severity: 'error',
      from: { path: '^apps/console/' },
      to: { path: '^(apps/haven|libs|tools|packages)/', pathNot: '^packages/client/src/index\\.ts$' },
    },
    // The last folder may import all others.
    ...consoleFolders.slice(0, -1).map((name, index) => ({
      name: `console-${name}-imports-lower-folders`,
      severity: 'error',
      from: { path: inConsole(name), pathNot: TESTS },
      to: { path: '^apps/console/src/[^/]+/', pathNot: inConsole(...consoleFolders.slice(0, index + 1)) },
    })),
    {
      name: 'console-values-are-plain-typescript',
      comment: 'Functions on JSON values, texts and numbers need no library and no React.',
      severity: 'error',
      from: { path: inConsole('values'), pathNot: TESTS },
      to: { path: '(^|/)node_modules/' },
    },
    {
      name: 'console-views-import-no-other-view',
      comment: 'A part that several views need belongs in a lower folder.',
      severity: 'error',
      from: { path: '^apps/console/src/views/([^/]+)/', pathNot: TESTS },
      to: { path: inConsole('views'), pathNot: '^apps/console/src/views/$1/' },
    },
    {
      name: 'console-folder-is-listed',
      comment: 'A new folder in apps/console/src needs a place in `consoleFolders` above.',
      severity: 'error',
      from: { path: '^apps/console/src/[^/]+/', pathNot: inConsole(...consoleFolders) },
      to: {},
    },
    {
      name: 'haven-without-the-console',
      comment: 'Haven serves the built files of the console.',
      severity: 'error',
      from: { path: '^(apps/haven|libs|packages|tools)/' },
      to: { path: '^apps/console/' },
    },
    {
      name: 'no-dev-dependencies-at-run-time',
      severity: 'error',
      from: { path: '^(apps/haven|libs|packages)/', pathNot: TESTS },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm'] },
    },
    {
      name: 'every-library-is-listed',
      comment: 'A new folder in libs/ needs a line in `allowed` above.',
      severity: 'error',
      from: { path: '^libs/', pathNot: `^libs/(${Object.keys(allowed).join('|')})/src/` },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['types', 'node', 'import', 'default'] },
  },
};
