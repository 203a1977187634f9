import { join } from 'node:path';
import { writeFileSync } from 'node:fs';

import { build } from 'vite';

import { licencesOf } from './client.ts';
import { root } from './tool.ts';

/** Builds the console (apps/console) into dist/console, without checking its types. */
export async function buildConsole(): Promise<void> {
  const outputs = await build({ configFile: join(root, 'apps/console/vite.config.ts'), logLevel: 'error' });
  if (!Array.isArray(outputs) && !('output' in outputs)) throw new Error('Vite only watches the console.');
  writeFileSync(join(root, 'dist/console/THIRD_PARTY_LICENSES.txt'), licencesOf([outputs].flat()));
}
