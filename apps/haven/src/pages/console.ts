import { randomBytes } from 'node:crypto';
import { createReadStream, readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { HavenError } from '@haven/kernel';

import { escapeHtml } from './page.js';
import { ICON } from './logo.js';

/** The types of the files that the build of the console creates. */
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** A year: the names of the files contain a hash of their content. */
const IMMUTABLE = 'public, max-age=31536000, immutable';

const NONCE_BYTES = 16;

/**
 * Serves the console, a page that uses only the public API: its files at `/console/assets`, and its page at every other
 * path below `/console`, because the page reads the path itself. `directory` contains the built console.
 */
export function serveConsole(fastify: FastifyInstance, directory: string): void {
  const page = readFileSync(join(directory, 'index.html'), 'utf8');
  const files = filesOf(join(directory, 'assets'));
  const sendConsole = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const nonce = randomBytes(NONCE_BYTES).toString('base64');
    return reply
      .header('content-security-policy', policyWith(nonce))
      .header('cache-control', 'no-store') // the nonce is valid only once
      .type('text/html; charset=utf-8')
      .send(fill(page, request.publicPrefix, nonce));
  };
  fastify.get('/console', { config: { access: 'public' } }, sendConsole);
  fastify.get('/console/*', { config: { access: 'public' } }, sendConsole);
  fastify.get<{ Params: { file: string } }>(
    '/console/assets/:file',
    { config: { access: 'public', isStatic: true } },
    (request, reply) => {
      const { file } = request.params;
      const size = files.get(file);
      if (size === undefined) throw new HavenError('NOT_FOUND', `The console has no file ${file}.`);
      return reply
        .header('cache-control', IMMUTABLE)
        .header('etag', `"${file}"`)
        .header('content-length', String(size))
        .type(TYPES[extname(file)] ?? 'application/octet-stream')
        .send(createReadStream(join(directory, 'assets', file)));
    },
  );
}

/** Returns the texts of the console that are worth compressing. */
export function consoleTexts(directory: string): Buffer[] {
  const assets = join(directory, 'assets');
  return [...filesOf(assets).keys()]
    .filter((file) => extname(file) in TYPES)
    .map((file) => readFileSync(join(assets, file)));
}

/** Returns the sizes of the files in a directory. */
function filesOf(directory: string): ReadonlyMap<string, number> {
  return new Map(readdirSync(directory).map((file) => [file, statSync(join(directory, file)).size]));
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

function fill(page: string, prefix: string, nonce: string): string {
  return page
    .replace('%BASE%', escapeHtml(`${prefix}/console/`))
    .replace('%ORIGIN%', escapeHtml(prefix))
    .replace('%NONCE%', nonce)
    .replace('%ICON%', ICON);
}
