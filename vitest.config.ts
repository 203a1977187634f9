import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { tsconfigPaths: true, alias: { graphql: 'graphql/index.js' } },
  test: {
    include: ['libs/**/*.spec.ts', 'apps/**/*.spec.ts', 'apps/haven/test/**/*.e2e-spec.ts'],
    globalSetup: './apps/haven/test/support/global-setup.ts',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
