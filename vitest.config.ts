import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Without the alias Node and Vite each load a copy of graphql, and graphql refuses to work with its double.
  resolve: { tsconfigPaths: true, alias: { graphql: 'graphql/index.js' } },
  test: {
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'unit', include: ['libs/**/*.spec.ts', 'apps/**/*.spec.ts'] } },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['apps/haven/test/**/*.e2e-spec.ts'],
          globalSetup: './apps/haven/test/support/global-setup.ts',
        },
      },
      {
        extends: true,
        test: {
          name: 'slow',
          include: ['apps/haven/test/**/*.slow-spec.ts'],
          globalSetup: './apps/haven/test/support/global-setup.ts',
        },
      },
    ],
    coverage: {
      provider: 'v8',
      reporter: ['text-summary', 'html', 'lcovonly'],
      include: ['libs/*/src/**/*.ts', 'apps/haven/src/**/*.ts'],
      // Command-line files run as processes of their own, where nobody counts.
      exclude: [
        '**/*.spec.ts',
        '**/index.ts',
        '**/migrations/**',
        'apps/haven/src/{main,cli,generate-docs}.ts',
        'apps/haven/src/cli/**',
      ],
      thresholds: { lines: 90, branches: 85 },
    },
  },
});
