import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * For an answer that is given while the body still comes: reads the rest away. A connection that is closed over unread bytes
 * is reset, and the client loses the answer with it (RFC 9112 §9.6); it may also want to send another request. How long the
 * rest may take, SlowClients say.
 */
export function drainRequest({ raw }: FastifyRequest, reply: FastifyReply): void {
  if (raw.complete) return;
  const { socket } = raw;
  const destroySoon = socket.destroySoon.bind(socket);
  reply.removeHeader('connection'); // Fastify would close
  raw.resume();
  socket.destroySoon = () => {
    if (raw.complete) return destroySoon();
    socket.end();
    raw.once('end', () => socket.destroy());
  };
}
