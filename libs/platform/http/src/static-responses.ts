import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';

import { announceCoding, codingOfResponse, passOn, weakenEntityTag } from './compress-responses.js';
import type { ContentCoding } from './content-coding.js';
import { ENCODERS } from './encoders.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether responses are files or pages that stay the same, so that each is compressed only once. */
    isStatic?: boolean;
  }
}

/** The codings of content that is compressed only once, smallest first. */
const CODINGS: readonly ContentCoding[] = ['br', 'gzip', 'zstd'];

/** Memory for compressed files: several times what Haven serves. */
const KEPT_BYTES = 32 * 1_024 * 1_024;

type Content = string | Buffer | Readable;

/**
 * Sends files and pages with an entity tag, and compressed as well as possible. Files that the build has compressed are
 * read from `compressedFiles`. For others, the first client waits until they are compressed. The process keeps both.
 */
export function serveStatic(fastify: FastifyInstance, compressedFiles: string): void {
  const kept = new LRUCache<string, Buffer, { coding: ContentCoding; content: Content }>({
    maxSize: KEPT_BYTES,
    sizeCalculation: ({ length }) => length,
    fetchMethod: async (_key, _old, { context: { coding, content } }) => {
      const bytes = content instanceof Readable ? await buffer(content) : Buffer.from(content);
      return (await readIfExists(join(compressedFiles, compressedName(bytes, coding)))) ?? ENCODERS[coding].once(bytes);
    },
  });

  const compressed = async (request: FastifyRequest, reply: FastifyReply, content: Content): Promise<Content> => {
    const coding = codingOfResponse(request, reply, content, CODINGS);
    if (coding === undefined) return content;
    const key = [coding, reply.getHeader('etag'), request.url.split('?', 1)[0]].join(' ');
    const coded = await kept.fetch(key, { context: { coding, content } });
    if (coded === undefined) return content;
    if (content instanceof Readable) content.destroy();
    announceCoding(reply, coding);
    return coded;
  };

  fastify.addHook('onSend', (request, reply, content: Content | null | undefined, done) => {
    if (!request.route.isStatic || reply.statusCode !== 200 || content == null) return done(null, content);
    if (!(content instanceof Readable) && !reply.hasHeader('etag')) reply.header('etag', entityTagOf(content));
    if (!isKnown(request, reply)) return void passOn(compressed(request, reply, content), done);
    if (codingOfResponse(request, reply, content, CODINGS)) weakenEntityTag(reply);
    if (content instanceof Readable) content.destroy(); // otherwise its file would stay open
    reply.code(304).removeHeader('content-type').removeHeader('content-length');
    done(null, null);
  });
}

/**
 * Returns the name of the file that contains this content in a coding. It begins with a hash of the content, so that
 * the file of another version of the content is never sent.
 */
export function compressedName(content: string | Buffer, coding: ContentCoding): string {
  return `${createHash('sha256').update(content).digest('hex')}.${coding}`;
}

async function readIfExists(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function entityTagOf(content: string | Buffer): string {
  return `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`;
}

/** Whether the client already has this content (RFC 9110 §13.1.2). */
function isKnown({ headers }: FastifyRequest, reply: FastifyReply): boolean {
  const tag = /"[^"]*"/.exec(String(reply.getHeader('etag') ?? ''))?.[0];
  return tag !== undefined && headers['if-none-match']?.includes(tag) === true;
}
