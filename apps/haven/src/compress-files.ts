import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { BrotliOptions, InputType, ZlibOptions } from 'node:zlib';

import { loadIdeFiles } from '@haven/graphql';
import { compressedName } from '@haven/http';

import { consoleTexts } from './pages/console.js';
import { guideTexts } from './pages/guide.js';

/** The files of Swagger UI that its page loads. */
const SWAGGER_UI = ['swagger-ui.css', 'swagger-ui-bundle.js', 'swagger-ui-standalone-preset.js'];

const toBrotli = promisify<InputType, BrotliOptions, Buffer>(brotliCompress);
const toGzip = promisify<InputType, ZlibOptions, Buffer>(gzip);

/**
 * Compresses the files that Haven serves to browsers: those of the GraphQL IDE, of Swagger UI, of the guide, and, with
 * Brotli only, of the console. Files in `target` that are up to date stay, and others are deleted.
 *
 * @param root directory of the installation
 * @param quality of Brotli; at the best one, the largest file takes ten seconds
 */
export async function compressFiles(
  root: string,
  target: string,
  quality = constants.BROTLI_MAX_QUALITY,
): Promise<void> {
  await mkdir(target, { recursive: true });
  const old = new Set(await readdir(target));
  const write = async (name: string, encode: () => Promise<Buffer>): Promise<void> => {
    if (old.delete(name)) return;
    const draft = join(target, `${name}.part`); // if the build is aborted, no file is incomplete
    await writeFile(draft, await encode());
    await rename(draft, join(target, name));
  };
  const params = { [constants.BROTLI_PARAM_QUALITY]: quality };
  const brotli = (content: Buffer): Promise<void> =>
    write(compressedName(content, 'br'), async () => toBrotli(content, { params }));
  const gzipped = (content: Buffer): Promise<void> =>
    write(compressedName(content, 'gzip'), async () => toGzip(content, { level: constants.Z_BEST_COMPRESSION }));
  const large = (await Promise.all([ideTexts(), swaggerUiTexts(), guideTexts(root)])).flat();
  // Those of the console are not as long as the others: for a client without Brotli, each takes a few milliseconds.
  const small = await consoleTexts(join(root, 'dist/console'));
  await Promise.all([...large, ...small].map(brotli));
  await Promise.all(large.map(gzipped));
  await Promise.all([...old].map((name) => rm(join(target, name))));
}

/** Returns the scripts and style sheets of the IDE. Its other files are fonts, which are compressed already. */
async function ideTexts(): Promise<Buffer[]> {
  const { files } = await loadIdeFiles();
  return [...files.values()].filter(({ type }) => type.startsWith('text/')).map(({ content }) => Buffer.from(content));
}

async function swaggerUiTexts(): Promise<Buffer[]> {
  const directory = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist'));
  return Promise.all(SWAGGER_UI.map((name) => readFile(join(directory, name))));
}
