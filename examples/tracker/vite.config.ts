import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vite';
import type { ProxyOptions } from 'vite';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** Sends the requests of the page to Haven. The page has the same origin as Haven then, so nothing must be allowed. */
const haven: ProxyOptions = {
  target: process.env['HAVEN_URL'] ?? 'http://localhost:8080',
  configure: (proxy) => {
    // Vite responds with 500 if Haven does not run, after which a client does not repeat requests.
    proxy.on('error', (_error, _request, response) => {
      if ('writeHead' in response && !response.headersSent) response.writeHead(502).end();
    });
  },
};

export default defineConfig({
  root: path('.'),
  resolve: {
    alias: [
      // The client of this checkout. Elsewhere, install the package and leave this out.
      { find: /^haven-records\/tanstack-db$/, replacement: path('../../packages/client/src/tanstack-db/index.ts') },
      { find: /^haven-records$/, replacement: path('../../packages/client/src/index.ts') },
    ],
  },
  server: { proxy: { '/api': haven } },
  build: { target: 'es2024', outDir: path('../../dist/tracker'), emptyOutDir: true },
});
