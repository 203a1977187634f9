import type { Socket } from 'node:net';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { HavenConfig } from '@haven/config';
import { HavenError } from '@haven/kernel';

import { sendProblem } from './error.filter.js';

/** Delay between two checks of all connections. */
const CHECK_MS = 1_000;

/**
 * The part of an incomplete body in memory that must arrive in each `connections.transferTimeout`. At a constant rate,
 * a body of any size must be complete after at most five such times.
 */
const HELD_SHARE = 1 / 4;

/** The last request on a connection and its response. */
interface Exchange {
  request: FastifyRequest;
  reply: FastifyReply;
  /** Time for which Haven has waited for the client, in milliseconds. */
  waited: number;
  /** Total number of bytes that had been sent and received on the connection when the wait began. */
  moved: number;
}

/**
 * Counters of a Node socket's internal handle. Node itself reads them to distinguish a slow write from a stalled one.
 * The socket's own `bytesWritten` also counts queued bytes.
 */
interface Handle {
  readonly bytesWritten: number;
  readonly writeQueueSize: number;
}

/**
 * Disconnects clients that send a body or read a response too slowly. All connections are checked once a second,
 * because a timer for each of them would add a cost to every request.
 */
export class SlowClients {
  private readonly exchanges = new Map<Socket, Exchange>();

  constructor(private readonly config: HavenConfig) {}

  watch(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', (request, reply, done) => {
      this.begin(request, reply);
      done();
    });
    const timer = setInterval(() => this.check(), CHECK_MS).unref();
    fastify.addHook('onClose', (_fastify, done) => {
      clearInterval(timer);
      done();
    });
  }

  private begin(request: FastifyRequest, reply: FastifyReply): void {
    const { socket } = request.raw;
    // The first check comes in less than `CHECK_MS`, so the time until then does not count.
    const exchange = { request, reply, waited: -CHECK_MS, moved: movedBy(socket) };
    if (!this.exchanges.has(socket)) socket.once('close', () => this.exchanges.delete(socket));
    this.exchanges.set(socket, exchange);
  }

  private check(): void {
    const { transferTimeout, transferRate } = this.config.connections;
    const floor = (transferRate * transferTimeout) / 1_000;
    for (const [socket, exchange] of this.exchanges) {
      if (!isDiscarded(exchange) && !isAwaited(socket, exchange)) {
        Object.assign(exchange, { waited: 0, moved: movedBy(socket) });
        continue;
      }
      exchange.waited += CHECK_MS; // not the elapsed time: a delay of this process is not the client's fault
      if (exchange.waited < transferTimeout) continue;
      const least = Math.max(floor, (exchange.request.heldBody?.incomplete ?? 0) * HELD_SHARE);
      if (isDiscarded(exchange) || movedBy(socket) - exchange.moved < least) disconnect(socket, exchange);
      Object.assign(exchange, { waited: 0, moved: movedBy(socket) });
    }
  }
}

/** Whether Haven cannot continue before the client sends or reads something. */
function isAwaited(socket: Socket, { request: { raw } }: Exchange): boolean {
  return socket.writableLength > 0 || (!raw.complete && raw.readableLength === 0);
}

/**
 * Whether a body is still arriving although the response has been sent. The client gets time to receive the response,
 * but not to send the whole body.
 */
function isDiscarded({ request, reply }: Exchange): boolean {
  return reply.raw.writableFinished && !request.raw.complete;
}

function movedBy(socket: Socket): number {
  const { _handle: handle } = socket as Socket & { _handle?: Handle | null };
  return socket.bytesRead + (handle ? handle.bytesWritten - handle.writeQueueSize : 0);
}

/** Closes the connection, after an error response if no response has started. */
function disconnect(socket: Socket, { request, reply }: Exchange): void {
  if (reply.sent || reply.raw.headersSent || socket.writableLength > 0) return void socket.destroy();
  const error = new HavenError(
    'REQUEST_TIMEOUT',
    'The body did not arrive in time (connections.transferTimeout, connections.transferRate).',
    { headers: { connection: 'close' } },
  );
  sendProblem(error, request, reply);
}
