import type { Socket } from 'node:net';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { HavenConfig } from '@haven/config';
import { HavenError } from '@haven/kernel';

import { sendProblem } from './error.filter.js';

/** How often the clock is looked at. */
const POLL_MS = 1_000;

/** What goes on over a connection. */
interface Exchange {
  request: FastifyRequest;
  reply: FastifyReply;
  /** How long Haven has waited for the client, and how many bytes had moved when it began to. */
  waited: number;
  moved: number;
}

/** What Node's handle of a socket counts, and Node itself reads to tell a slow write from none; a socket's own count is of what is queued. */
interface Handle {
  readonly bytesWritten: number;
  readonly writeQueueSize: number;
}

/**
 * Lets go of clients that keep Haven waiting: that send a body, or take an answer, too slowly. One look at all connections a
 * second, for a timer on each would cost every request.
 */
export class SlowClients {
  private readonly exchanges = new Map<Socket, Exchange>();

  constructor(private readonly config: HavenConfig) {}

  watch(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', (request, reply, done) => {
      this.begin(request, reply);
      done();
    });
    const clock = setInterval(() => this.look(), POLL_MS).unref();
    fastify.addHook('onClose', (_fastify, done) => {
      clearInterval(clock);
      done();
    });
  }

  private begin(request: FastifyRequest, reply: FastifyReply): void {
    const { socket } = request.raw;
    const exchange = { request, reply, waited: -POLL_MS, moved: movedBy(socket) }; // the next look comes early
    if (!this.exchanges.has(socket)) socket.once('close', () => this.exchanges.delete(socket));
    this.exchanges.set(socket, exchange);
  }

  private look(): void {
    const { transferTimeout, transferRate } = this.config.connections;
    const least = (transferRate * transferTimeout) / 1_000;
    for (const [socket, exchange] of this.exchanges) {
      if (!isAwaited(socket, exchange)) {
        Object.assign(exchange, { waited: 0, moved: movedBy(socket) });
        continue;
      }
      exchange.waited += POLL_MS; // of a process that was held up, clients are not to blame
      if (exchange.waited < transferTimeout) continue;
      if (isDiscarded(exchange) || movedBy(socket) - exchange.moved < least) letGo(socket, exchange);
      Object.assign(exchange, { waited: 0, moved: movedBy(socket) });
    }
  }
}

/** Whether Haven can not go on before the client sends or takes something. */
function isAwaited(socket: Socket, { request: { raw } }: Exchange): boolean {
  return socket.writableLength > 0 || (!raw.complete && raw.readableLength === 0);
}

/** A body that still comes although its request is answered; the answer must be given time to arrive, and no more. */
function isDiscarded({ request, reply }: Exchange): boolean {
  return reply.raw.writableFinished && !request.raw.complete;
}

function movedBy(socket: Socket): number {
  const { _handle: handle } = socket as Socket & { _handle?: Handle | null };
  return socket.bytesRead + (handle ? handle.bytesWritten - handle.writeQueueSize : 0);
}

/** With an answer if none has begun: the connection is closed after it. */
function letGo(socket: Socket, { request, reply }: Exchange): void {
  if (reply.sent || reply.raw.headersSent || socket.writableLength > 0) return void socket.destroy();
  const error = new HavenError(
    'REQUEST_TIMEOUT',
    'The body did not arrive in time (connections.transferTimeout, connections.transferRate).',
    { headers: { connection: 'close' } },
  );
  sendProblem(error, request, reply);
}
