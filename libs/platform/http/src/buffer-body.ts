import type { Readable } from 'node:stream';

import type { FastifyRequest } from 'fastify';

import type { HavenConfig } from '@haven/config';
import { ClientGone, HavenError } from '@haven/kernel';

import type { HeldBody } from './body-budget.js';

/**
 * Reads a whole body into one buffer. Fails once the body exceeds the limit of its route or the memory for bodies, and
 * then holds nothing more; the response drains the rest.
 */
export function bufferBody(
  request: FastifyRequest,
  body: Readable,
  { limits }: HavenConfig,
  done: (error: Error | null, bytes: Buffer) => void,
): void {
  const { heldBody } = request;
  const { manyDocuments = false, admitLargeBody } = request.route;
  const limit = manyDocuments ? limits.batchBytes : limits.bodyBytes;
  let undecided = manyDocuments ? admitLargeBody : undefined;
  let chunks: Buffer[] = [];
  let length = 0;
  const stop = (): void => {
    body.removeListener('data', onData).removeListener('end', onEnd).removeListener('error', onError);
  };
  const end = (error: Error | null): void => {
    stop();
    if (heldBody) heldBody.incomplete = 0;
    if (error) heldBody?.release();
    const bytes = error ? EMPTY : Buffer.concat(chunks, length);
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
      heldBody?.add(chunk.length);
      chunks.push(chunk);
      length += chunk.length;
      if (heldBody) heldBody.incomplete = length;
      if (!undecided || length <= limits.bodyBytes) return;
      const start = Buffer.concat(chunks, length);
      chunks = [start];
      undecided(start.subarray(0, limits.bodyBytes), request); // the same bytes, however the body is split
      undecided = undefined;
    } catch (error) {
      end(error as Error); // only HavenErrors are thrown
    }
  };
  const onEnd = (): void => end(null);
  const onError = (error: Error): void => end(new ClientGone(error)); // the connection broke
  try {
    const announced = Number(request.headers['content-length'] ?? 0);
    if (announced > limit) throw bodyTooLarge(limit, manyDocuments);
    heldBody?.expect(announced);
  } catch (error) {
    return end(error as Error); // only HavenErrors are thrown
  }
  body.on('data', onData).on('end', onEnd).on('error', onError);
}

/**
 * Passes on the chunks of a stream, and counts them up to the amount that its reader holds at most. Throws `ClientGone`
 * if the connection breaks.
 */
export async function* countChunks(
  chunks: AsyncIterable<Buffer>,
  heldBody: HeldBody | undefined,
  most: number,
): AsyncGenerator<Buffer> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await iterator.next().catch((error: unknown) => {
        throw new ClientGone(error);
      });
      if (next.done) return;
      if (heldBody) heldBody.add(Math.min(next.value.length, most - heldBody.bytes));
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}

const EMPTY = Buffer.alloc(0);

function bodyTooLarge(limit: number, manyDocuments: boolean): HavenError {
  const setting = manyDocuments ? 'limits.batchBytes' : 'limits.bodyBytes';
  return new HavenError('PAYLOAD_TOO_LARGE', `The body is larger than ${limit} bytes (${setting}).`);
}
