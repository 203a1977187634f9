import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { HavenError } from '@haven/kernel';

import { StartError } from '../start-error.js';
import { ICON } from './logo.js';
import { escapeHtml } from './page.js';

/** The types of the files that the build of the console creates. */
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** A year: the names of the files contain a hash of their content. */
const IMMUTABLE = 'public, max-age=31536000, immutable';

const NONCE_BYTES = 16;

const decompress = promisify(brotliDecompress);

/** Size from which the build compresses a file. */
const LARGE_BYTES = 16 * 1_024;

/** The files that the build of the console has created. */
export interface BuiltConsole {
  /** The page, with placeholders for what differs between requests. */
  page: string;
  /** Directory of all other files. */
  assets: string;
  /** The names of the files in `assets`. */
  files: ReadonlySet<string>;
}

/** Finds the console that was built into `directory`. */
export function findConsole(directory: string): BuiltConsole {
  const page = join(directory, 'index.html');
  const assets = join(directory, 'assets');
  if (!existsSync(page) || !existsSync(assets))
    throw new StartError('The console is not built: run npm run build, or set console.enabled=false.');
  const files = readdirSync(assets).map((name) => name.replace(/\.br$/, ''));
  return { page: readFileSync(page, 'utf8'), assets, files: new Set(files) };
}

/**
 * Serves the console, a page that uses only the public API: its files at `/console/assets`, and its page at every other
 * path below `/console`, because the page reads the path itself.
 */
export function serveConsole(fastify: FastifyInstance, { page, assets, files }: BuiltConsole): void {
  const sendConsole = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const nonce = randomBytes(NONCE_BYTES).toString('base64');
    return reply
      .header('content-security-policy', policyWith(nonce))
      .header('cache-control', 'no-store') // the nonce is valid only once
      .type('text/html; charset=utf-8')
      .send(fill(page, { prefix: request.publicPrefix, nonce }));
  };
  fastify.get('/console', { config: { access: 'public' } }, sendConsole);
  fastify.get('/console/*', { config: { access: 'public' } }, sendConsole);
  fastify.get<{ Params: { '*': string } }>(
    '/console/assets/*',
    { config: { access: 'public', isStatic: true } },
    async (request, reply) => {
      const file = request.params['*'];
      const content = files.has(file) ? await readAsset(join(assets, file)) : undefined;
      if (!content) throw new HavenError('NOT_FOUND', `The console has no file ${file}.`);
      return reply
        .header('cache-control', IMMUTABLE)
        .header('etag', `"${file}"`)
        .type(TYPES[extname(file)] ?? 'application/octet-stream')
        .send(content);
    },
  );
}

/**
 * Returns the texts of the console that the build compresses. The many small ones are compressed when they are first
 * requested, which takes a millisecond; their compressed files would make the image larger.
 */
export async function consoleTexts(directory: string): Promise<Buffer[]> {
  const { assets, files } = findConsole(directory);
  const texts = [...files].filter((file) => extname(file) in TYPES);
  const contents = await Promise.all(texts.map((file) => readFile(join(assets, file))));
  return contents.filter(({ length }) => length >= LARGE_BYTES);
}

/** Reads a file of the console. The image contains only the compressed form of a long one (tools/image.ts). */
async function readAsset(path: string): Promise<Buffer | undefined> {
  const content = await readIfExists(path);
  if (content) return content;
  const compressed = await readIfExists(`${path}.br`);
  return compressed && decompress(compressed);
}

/** Reads a file. It may have been deleted since the start, by another build. */
async function readIfExists(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined; // errors of the file system have a code
    throw error;
  }
}

/**
 * Returns the content security policy of one page. Only style elements with the nonce apply; the console creates them
 * at run time. Requests and web sockets lead only to this server.
 */
function policyWith(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function fill(page: string, { prefix, nonce }: { prefix: string; nonce: string }): string {
  const values: Readonly<Record<string, string>> = {
    '%BASE%': escapeHtml(`${prefix}/console/`),
    '%ORIGIN%': escapeHtml(prefix),
    '%NONCE%': nonce,
    '%ICON%': ICON,
  };
  // A function, because `$` has a meaning in a text that replaces another.
  return page.replace(/%(?:BASE|ORIGIN|NONCE|ICON)%/g, (name) => values[name] ?? name);
}
