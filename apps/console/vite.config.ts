import { fileURLToPath } from 'node:url';

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** The console is built into files with hashes in their names. `npm run dev:console` serves it from its sources. */
export default defineConfig({
  root: path('.'),
  base: './', // Haven may be reached below any path; `<base>` of the page says which one
  plugins: [react()],
  resolve: { alias: [{ find: /^haven-records$/, replacement: path('../../packages/client/src/index.ts') }] },
  build: {
    target: 'es2024',
    outDir: path('../../dist/console'),
    emptyOutDir: true,
    assetsInlineLimit: 0, // the policy of the page allows no `data:` URLs but for images
    modulePreload: { polyfill: false }, // the polyfill would be a script within the page
    chunkSizeWarningLimit: 1_000,
  },
});
