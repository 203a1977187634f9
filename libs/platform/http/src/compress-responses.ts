import type { OutgoingHttpHeaders } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import type { Writable } from 'node:stream';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { HavenConfig } from '@haven/config';

import { acceptedCoding } from './content-coding.js';
import type { ContentCoding } from './content-coding.js';
import { ENCODERS } from './encoders.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** Whether responses are compressed (`server.compression`). */
    compresses: boolean;
  }
}

/** Shorter content is sent as it is, because it fits into one packet either way. */
const MIN_BYTES = 1_024;

/** Longest content that is compressed by the thread that serves requests. Passing it to another one has a cost too. */
const MAX_BYTES_AT_ONCE = 32_768;

/** The codings of content that is created for each response, fastest first. */
const CODINGS: readonly ContentCoding[] = ['gzip', 'br', 'zstd'];

/** Matches the media types of content that becomes shorter. An encoder would hold back the events of a stream. */
const COMPRESSIBLE =
  /^(?:text\/(?!event-stream)|application\/(?:[\w.-]+\+)?(?:json|jsonl|ndjson|x-ndjson|javascript|xml|yaml)\b|image\/svg\+xml)/;

/** Matches the cache directives of responses that may contain secrets or must not be changed (RFC 9111 §5.2.2). */
const NEVER_CODED = /\bno-(?:store|transform)\b/;

type Payload = string | Buffer | Readable | null | undefined;

/** Compresses responses for clients that ask for it. Call this after the hooks that set the headers of responses. */
export function compressResponses(fastify: FastifyInstance, { server }: HavenConfig): void {
  fastify.decorate('compresses', server.compression);
  fastify.addHook('onSend', (request, reply, payload: Payload, done) => {
    const coding = codingOfResponse(request, reply, payload);
    if (coding === undefined) return done(null, payload);
    announceCoding(reply, coding);
    const { atOnce, later, stream } = ENCODERS[coding];
    if (payload instanceof Readable)
      return done(
        null,
        pipeline(payload, stream(), () => undefined),
      );
    const content = payload ?? '';
    if (Buffer.byteLength(content) <= MAX_BYTES_AT_ONCE) return done(null, atOnce(content));
    void passOn(later(content), done);
  });
}

/** Passes the content of a response on once it is there. An async hook would cost every response a promise. */
export async function passOn<Content>(
  content: Promise<Content>,
  done: (error: Error | null, content?: Content) => void,
): Promise<void> {
  let sent: Content;
  try {
    sent = await content;
  } catch (error) {
    return done(error as Error); // encoders reject with errors
  }
  done(null, sent);
}

/** Returns the coding for a response whose other headers are set; undefined if it is sent as it is. */
export function codingOfResponse(
  { headers, method, server }: FastifyRequest,
  reply: FastifyReply,
  payload: Payload,
  codings = CODINGS,
): ContentCoding | undefined {
  if (!server.compresses || !isLong(payload, method) || !isCompressible(reply)) return undefined;
  vary(reply);
  return acceptedCoding(headers, codings);
}

/** Sets the headers of a coded response. Its bytes are not those of other codings, so its entity tag is weak. */
export function announceCoding(reply: FastifyReply, coding: ContentCoding): void {
  reply.header('content-encoding', coding).removeHeader('content-length').removeHeader('accept-ranges');
  weakenEntityTag(reply);
}

/** Makes the entity tag weak (RFC 9110 §8.8.1), because the response is coded. */
export function weakenEntityTag(reply: FastifyReply): void {
  const tag = reply.getHeader('etag');
  if (typeof tag === 'string' && tag.startsWith('"')) reply.header('etag', `W/${tag}`);
}

/** Whether the content is long enough to be compressed. In response to HEAD, a stream has no content. */
function isLong(payload: Payload, method: string): boolean {
  if (payload == null) return false;
  if (typeof payload === 'string') return payload.length * 3 > MIN_BYTES && Buffer.byteLength(payload) > MIN_BYTES;
  return payload instanceof Readable ? method !== 'HEAD' : payload.length > MIN_BYTES;
}

function isCompressible(reply: FastifyReply): boolean {
  if (reply.hasHeader('content-encoding') || reply.statusCode === 206) return false;
  return (
    COMPRESSIBLE.test(String(reply.getHeader('content-type') ?? '')) &&
    !NEVER_CODED.test(String(reply.getHeader('cache-control') ?? ''))
  );
}

/** Adds `Accept-Encoding` to `Vary`, for caches (RFC 9110 §12.5.5). */
function vary(reply: FastifyReply): void {
  const names = String(reply.getHeader('vary') ?? '');
  if (/(?:^|,)\s*accept-encoding\s*(?:,|$)/i.test(names)) return;
  reply.header('vary', names === '' ? 'Accept-Encoding' : `${names}, Accept-Encoding`);
}

/**
 * Starts a response whose content is written while it is created, and returns the stream to write it to. Ending that
 * stream ends the response; destroying the response destroys the stream.
 */
export function startResponse(reply: FastifyReply, headers: Record<string, string>): Writable {
  const { raw, request } = reply.hijack().headers(headers);
  const coding = codingOfResponse(request, reply, new Readable());
  if (coding !== undefined) announceCoding(reply, coding);
  raw.writeHead(200, reply.getHeaders() as OutgoingHttpHeaders);
  if (coding === undefined) return raw;
  const encoder = ENCODERS[coding].stream();
  raw.setMaxListeners(20); // the pipeline adds 7 to those of the hooks, and a running statement adds one
  pipeline(encoder, raw, () => undefined); // an error means that the client is gone, which the writer notices
  return encoder;
}
