import type { Readable } from 'node:stream';

import type { FastifyRequest } from 'fastify';

import type { HavenConfig } from '@haven/config';
import { HavenError } from '@haven/kernel';

import { withoutByteOrderMark, withoutByteOrderMarkInStream } from './byte-order-mark.js';
import { DecodedBody } from './decode-body.js';

/**
 * Reads the content of a whole body into one buffer. Fails once it exceeds the limit of its route or the memory for
 * bodies, and then holds nothing more; the response drains the rest. Content is counted as it is decoded.
 */
export function bufferBody(
  request: FastifyRequest,
  raw: Readable,
  { limits }: HavenConfig,
  done: (error: Error | null, bytes: Buffer) => void,
): void {
  const { heldBody } = request;
  const body = new DecodedBody(request, raw);
  const { stream } = body;
  const { manyDocuments = false, admitLargeBody } = request.route;
  const limit = manyDocuments ? limits.batchBytes : limits.bodyBytes;
  let undecided = manyDocuments ? admitLargeBody : undefined;
  let chunks: Buffer[] = [];
  let length = 0;
  const stop = (): void => {
    stream.removeListener('data', onData).removeListener('end', onEnd).removeListener('error', onError);
    body.release();
  };
  const end = (error: Error | null): void => {
    stop();
    if (heldBody) heldBody.incomplete = 0;
    if (error) heldBody?.release();
    const bytes = error ? EMPTY : withoutByteOrderMark(Buffer.concat(chunks, length));
    chunks = [];
    done(error, bytes);
  };
  const onData = (chunk: Buffer): void => {
    if (heldBody?.isReleased) {
      chunks = []; // a response has been sent, such as 408
      return stop();
    }
    try {
      if (length + chunk.length > limit) throw bodyTooLarge(limit, manyDocuments);
      heldBody?.add(chunk.length + body.windowGrowth(chunk.length));
      chunks.push(chunk);
      length += chunk.length;
      if (heldBody) heldBody.incomplete = body.isCoded ? body.arrivedBytes : length;
      if (!undecided || length <= limits.bodyBytes) return;
      const start = Buffer.concat(chunks, length);
      chunks = [start];
      const same = start.subarray(0, limits.bodyBytes); // the same bytes, however the body is split
      undecided(withoutByteOrderMark(same), request);
      undecided = undefined;
    } catch (error) {
      end(error as Error); // only HavenErrors are thrown
    }
  };
  const onEnd = (): void => {
    try {
      body.checkEnd();
      end(null);
    } catch (error) {
      end(error as Error); // only HavenErrors are thrown
    }
  };
  const onError = (error: Error): void => end(body.toHavenError(error));
  try {
    const announced = Number(request.headers['content-length'] ?? 0);
    if (announced > limit) throw bodyTooLarge(limit, manyDocuments);
    heldBody?.expect(announced);
  } catch (error) {
    return end(error as Error); // only HavenErrors are thrown
  }
  stream.on('data', onData).on('end', onEnd).on('error', onError);
}

/**
 * Passes on the content of a body in chunks, and counts them up to the amount that its reader holds at most. Throws
 * `ClientGone` if the connection breaks. A reader that stops early leaves the rest of the body in the request.
 */
export async function* countChunks(request: FastifyRequest, raw: Readable, most: number): AsyncGenerator<Buffer> {
  const { heldBody } = request;
  const body = new DecodedBody(request, raw); // not before it is read: the rest of an unread body is drained
  const chunks = withoutByteOrderMarkInStream(body.stream.iterator({ destroyOnReturn: false }));
  let counted = 0;
  try {
    for (;;) {
      const next = await chunks.next().catch((error: unknown) => {
        throw body.toHavenError(error);
      });
      if (next.done) return body.checkEnd();
      const { length } = next.value;
      const held = Math.min(length, most - counted);
      counted += held;
      heldBody?.add(held + body.windowGrowth(length));
      yield next.value;
    }
  } finally {
    await chunks.return(undefined);
    body.release();
  }
}

const EMPTY = Buffer.alloc(0);

function bodyTooLarge(limit: number, manyDocuments: boolean): HavenError {
  const setting = manyDocuments ? 'limits.batchBytes' : 'limits.bodyBytes';
  return new HavenError('PAYLOAD_TOO_LARGE', `The body is larger than ${limit} bytes (${setting}).`);
}
