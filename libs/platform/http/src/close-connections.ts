import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

import type { FastifyInstance } from 'fastify';

/**
 * Delay between two checks of all connections while the server stops. A connection is closed if no response is due on
 * it in two checks, so a request that is on its way when the server stops has this much time to arrive.
 */
const CHECK_MS = 500;

/**
 * Closes connections without a running request when the server stops. Node closes only those on which a request has
 * been served, and waits up to `connections.headersTimeout` for the first request of each of the others. Clients under
 * load have such connections: they open new ones in place of those that `Connection: close` has ended. It also waits
 * for the rest of a body that a response has refused. WebSockets are closed by `Subscriptions`.
 */
export function closeConnectionsAtStop(fastify: FastifyInstance): void {
  const { server } = fastify;
  /** The last response on each connection; undefined before the first request. */
  const open = new Map<Socket, ServerResponse | undefined>();
  server.on('connection', (socket: Socket) => {
    open.set(socket, undefined);
    socket.once('close', () => open.delete(socket));
  });
  server.prependListener('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    if (open.has(socket)) open.set(socket, response);
  });
  server.on('upgrade', ({ socket }: IncomingMessage) => open.delete(socket));
  fastify.addHook('preClose', (done) => {
    for (const response of open.values())
      if (response && !response.headersSent) response.setHeader('connection', 'close');
    let unused = new Set<Socket>();
    const timer = setInterval(() => {
      const idle = [...open].flatMap(([socket, response]) => (isDue(response) ? [] : [socket]));
      for (const socket of idle) if (unused.has(socket)) socket.destroy();
      unused = new Set(idle);
    }, CHECK_MS).unref();
    server.once('close', () => clearInterval(timer));
    done();
  });
}

/** Whether a client waits for the response. Responses on one connection are sent in the order of their requests. */
function isDue(response: ServerResponse | undefined): boolean {
  return response !== undefined && !response.writableFinished && !response.destroyed;
}
