import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import type { Plugin } from 'vite';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** Fails the build if `src/mantine-styles.ts` lacks the styles of a component that is used, or has those of others. */
const checkStyles: Plugin = {
  name: 'check-mantine-styles',
  generateBundle: {
    order: 'post',
    handler(_options, files) {
      const outputs = Object.values(files);
      const used = classesIn(outputs.map((file) => (file.type === 'chunk' ? file.code : '')));
      const styled = classesIn(outputs.map((file) => (file.type === 'asset' ? String(file.source) : '')));
      for (const [name, classes] of stylesOfMantine()) {
        const isUsed = classes.some((each) => used.has(each));
        const isStyled = classes.some((each) => styled.has(each));
        if (isUsed && !isStyled) this.error(`Import @mantine/core/styles/${name} in src/mantine-styles.ts.`);
        if (isStyled && !isUsed) this.error(`Remove ${name} from src/mantine-styles.ts: no component uses it.`);
      }
    },
  },
};

/** Returns the classes that each style sheet of a component defines. */
function stylesOfMantine(): [name: string, classes: string[]][] {
  const directory = join(dirname(createRequire(import.meta.url).resolve('@mantine/core/styles.css')), 'styles');
  return readdirSync(directory)
    .filter((name) => !name.endsWith('.layer.css'))
    .map((name) => [name, [...classesIn([readFileSync(join(directory, name), 'utf8')])]]);
}

/** Mantine's classes are hashes, which its scripts and its style sheets contain as they are. */
function classesIn(texts: readonly string[]): Set<string> {
  return new Set(texts.flatMap((text) => text.match(/\bm_[0-9a-f]{6,8}\b/g) ?? []));
}

/** The console is built into files with hashes in their names. `npm run dev:console` serves it from its sources. */
export default defineConfig({
  root: path('.'),
  base: './', // Haven may be reached below any path; `<base>` of the page says which one
  plugins: [react(), checkStyles],
  resolve: { alias: [{ find: /^haven-records$/, replacement: path('../../packages/client/src/index.ts') }] },
  build: {
    target: 'es2024',
    outDir: path('../../dist/console'),
    emptyOutDir: true,
    assetsInlineLimit: 0, // the policy of the page allows no `data:` URLs but for images
    modulePreload: { polyfill: false }, // the polyfill would be a script within the page
    chunkSizeWarningLimit: 1_000,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // One file for the frame, and one for the small modules that several views share. Otherwise a view would
            // need dozens of files, and each request takes the browser a millisecond.
            { name: 'start', tags: ['$initial'], priority: 1 },
            { name: 'shared', minShareCount: 4, maxModuleSize: 8_000 },
          ],
        },
      },
    },
  },
});
