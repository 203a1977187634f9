import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Reads and discards the rest of the body for a response that is sent while the body is still arriving. Closing a
 * connection with unread bytes resets it, so the client would lose the response (RFC 9112 §9.6). Keeping it open also
 * lets the client send further requests. `SlowClients` limits how long the rest may take.
 */
export function drainRequest({ raw }: FastifyRequest, reply: FastifyReply): void {
  if (raw.complete) return;
  const { socket } = raw;
  const destroySoon = socket.destroySoon.bind(socket);
  reply.removeHeader('connection'); // Fastify would close the connection
  raw.resume();
  socket.destroySoon = () => {
    if (raw.complete) return destroySoon();
    socket.end();
    raw.once('end', () => socket.destroy());
  };
}
