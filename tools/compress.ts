import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { bundleModules } from './bundle.ts';
import { root } from './tool.ts';

/** A part of Haven. Its type is repeated here because tools import nothing from Haven. */
interface Compressing {
  compressFiles(root: string, target: string): Promise<void>;
}

/** Compresses the files that Haven serves to browsers, so that it need not do so when they are requested. */
export async function compressServedFiles(): Promise<void> {
  const directory = join(root, 'dist/tools');
  await bundleModules(root, { 'compress-files': 'apps/haven/src/compress-files.ts' }, directory);
  const { compressFiles } = (await import(pathToFileURL(join(directory, 'compress-files.js')).href)) as Compressing;
  await compressFiles(root, join(root, 'dist/compressed'));
}
