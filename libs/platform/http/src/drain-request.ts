import type { IncomingMessage } from 'node:http';

import type { FastifyReply, FastifyRequest } from 'fastify';

/** Number of bytes that the process discards per interval, of all requests together: 20 MiB a second. */
const BYTES_PER_INTERVAL = 1_024 * 1_024;
const INTERVAL_MS = 50;

/**
 * Reads and discards the rest of the body for a response that is sent while the body is still arriving. Closing a
 * connection with unread bytes resets it, so the client would lose the response (RFC 9112 §9.6). Keeping it open also
 * lets the client send further requests. The process reads such bodies slowly, so that clients that send many of them
 * do not keep it busy. `SlowClients` limits how long the rest may take.
 */
export function drainRequest({ raw }: FastifyRequest, reply: FastifyReply): void {
  if (raw.complete) return;
  const { socket } = raw;
  const destroySoon = socket.destroySoon.bind(socket);
  reply.removeHeader('connection'); // Fastify would close the connection
  raw.on('data', ({ length }: Buffer) => pauseIfExhausted(raw, length));
  raw.once('close', () => paused.delete(raw));
  if (remaining > 0) raw.resume();
  else pauseIfExhausted(raw, 0);
  socket.destroySoon = () => {
    if (raw.complete) return destroySoon();
    socket.end();
    raw.once('end', () => socket.destroy());
  };
}

/** Number of bytes that may still be discarded in the current interval. */
let remaining = BYTES_PER_INTERVAL;
let timer: NodeJS.Timeout | undefined;
const paused = new Set<IncomingMessage>();

function pauseIfExhausted(request: IncomingMessage, bytes: number): void {
  remaining -= bytes;
  timer ??= setInterval(refill, INTERVAL_MS).unref();
  if (remaining > 0) return;
  request.pause();
  paused.add(request);
}

function refill(): void {
  remaining = Math.min(BYTES_PER_INTERVAL, remaining + BYTES_PER_INTERVAL);
  for (const request of paused) {
    if (remaining <= 0) return;
    paused.delete(request);
    request.resume();
  }
  if (paused.size > 0 || remaining < BYTES_PER_INTERVAL) return;
  clearInterval(timer);
  timer = undefined;
}
