/** The layers: see CONTRIBUTING.md, "Layout". Tests may look inside what they test. */
const TESTS = ['\\.spec\\.ts$', '\\.(e2e|slow)-spec\\.ts$', '^apps/haven/test/'];

/** `libs/<name>` may import these other libs. */
const allowed = {
  kernel: [],
  platform: ['kernel'],
  usage: ['kernel', 'platform'],
  tenants: ['kernel', 'platform', 'events', 'usage'],
  collections: ['kernel', 'platform', 'usage'],
  events: ['kernel', 'platform'],
  records: ['kernel', 'platform', 'collections', 'events', 'usage'],
  changes: ['kernel', 'platform', 'events', 'records'],
  webhooks: ['kernel', 'platform', 'events', 'records', 'changes', 'usage'],
  health: ['kernel', 'platform'],
};

const npm = (...names) => `(^|/)node_modules/(${names.join('|')})(/|$)`;
const room = (name) => `^libs/[^/]+/src/${name}/`;

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'only-by-its-face',
      comment: 'Another module is reached through its src/index.ts only.',
      severity: 'error',
      from: { path: '^libs/([^/]+)/', pathNot: TESTS },
      to: { path: '^libs/', pathNot: ['^libs/$1/', '^libs/[^/]+/src/index\\.ts$'] },
    },
    {
      name: 'app-only-by-faces',
      severity: 'error',
      from: { path: '^apps/', pathNot: TESTS },
      to: { path: '^libs/', pathNot: '^libs/[^/]+/src/index\\.ts$' },
    },
    { name: 'libs-not-to-apps', severity: 'error', from: { path: '^libs/' }, to: { path: '^apps/' } },
    ...Object.entries(allowed).map(([lib, others]) => ({
      name: `${lib}-stands-on-its-own-layer`,
      comment: `libs/${lib} may import ${others.join(', ') || 'no other lib'}.`,
      severity: 'error',
      from: { path: `^libs/${lib}/`, pathNot: TESTS },
      to: { path: '^libs/', pathNot: `^libs/(${[lib, ...others].join('|')})/` },
    })),
    {
      name: 'kernel-is-plain-typescript',
      severity: 'error',
      from: { path: '^libs/kernel/', pathNot: TESTS },
      to: { path: '(^|/)node_modules/' },
    },
    {
      name: 'domain-knows-domain-only',
      severity: 'error',
      from: { path: '^libs/([^/]+)/src/domain/', pathNot: TESTS },
      to: { path: '^libs/', pathNot: ['^libs/$1/src/domain/', '^libs/kernel/'] },
    },
    {
      name: 'domain-without-framework',
      severity: 'error',
      from: { path: room('domain'), pathNot: TESTS },
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
      name: 'application-below-the-doors',
      severity: 'error',
      from: { path: room('application'), pathNot: TESTS },
      to: { path: '^libs/[^/]+/src/(infrastructure|interface)/' },
    },
    {
      name: 'application-without-transport-or-storage',
      severity: 'error',
      from: { path: room('application'), pathNot: TESTS },
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
      from: { path: room('application'), pathNot: [...TESTS, '\\.contract\\.ts$'] },
      to: { path: npm('@nestjs/graphql', '@nestjs/apollo', 'graphql') },
    },
    {
      name: 'doors-not-to-storage',
      severity: 'error',
      from: { path: room('interface'), pathNot: TESTS },
      to: { path: room('infrastructure') },
    },
    {
      name: 'storage-not-to-doors',
      severity: 'error',
      from: { path: room('infrastructure'), pathNot: TESTS },
      to: { path: room('interface') },
    },
    {
      name: 'tools-stand-alone',
      comment: 'Tools build, start and measure Haven; they import nothing of it.',
      severity: 'error',
      from: { path: '^tools/' },
      to: { path: '^(apps|libs)/' },
    },
    {
      name: 'haven-without-tools',
      severity: 'error',
      from: { path: '^(apps|libs)/' },
      to: { path: '^tools/' },
    },
    {
      name: 'no-dev-dependencies-at-run-time',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: TESTS },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm'] },
    },
    {
      name: 'every-lib-has-its-layer',
      comment: 'A new folder in libs/ needs a line in `allowed` above.',
      severity: 'error',
      from: { path: '^libs/', pathNot: `^libs/(${Object.keys(allowed).join('|')})/` },
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
