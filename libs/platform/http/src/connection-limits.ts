import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

import type { FastifyInstance } from 'fastify';

import type { HavenConfig } from '@haven/config';
import type { Log } from '@haven/observability';
import { networkOf } from '@haven/rate-limits';
import type { ClientAddresses } from '@haven/rate-limits';

import { PendingConnections } from './pending-connections.js';

/** Minimum delay between two log lines about the same limit. */
const LOG_INTERVAL_MS = 10_000;

/**
 * Limits the number of connections, in total and for each client address. Connections beyond a limit are closed without
 * a response, which costs least.
 */
export function limitConnections(
  { server }: FastifyInstance,
  config: HavenConfig,
  addresses: ClientAddresses,
  log: Log,
): void {
  const { max, perAddress } = config.connections;
  const open = new Map<string, number>();
  const report = limitReporter(log);
  const pending = limitPending(server, config.connections, report);
  server.maxConnections = max;
  server.on('drop', () => report('connections.max', max));
  server.on('connection', (socket: Socket) => {
    const { remoteAddress } = socket;
    if (remoteAddress === undefined) return;
    if (addresses.isProxy(remoteAddress)) return pending.add(socket, undefined);
    const client = networkOf(remoteAddress);
    const count = open.get(client) ?? 0;
    if (count >= perAddress) {
      report('connections.perAddress', perAddress);
      return void socket.destroy();
    }
    open.set(client, count + 1);
    pending.add(socket, client);
    socket.once('close', () => {
      const left = (open.get(client) ?? 1) - 1;
      if (left > 0) open.set(client, left);
      else open.delete(client);
    });
  });
}

/**
 * Limits the connections on which no request has arrived yet. They are at most half of `connections.max`, so that there
 * is always space for connections that are used.
 */
function limitPending(
  server: FastifyInstance['server'],
  { max, pending, pendingPerAddress }: HavenConfig['connections'],
  report: ReturnType<typeof limitReporter>,
): PendingConnections<Socket> {
  const total = Math.max(1, Math.min(pending, Math.floor(max / 2)));
  const connections = new PendingConnections<Socket>({ total, perAddress: pendingPerAddress }, (socket, limit) => {
    if (limit === 'total') report('connections.pending', total);
    else report('connections.pendingPerAddress', pendingPerAddress);
    socket.destroy();
  });
  server.on('connection', (socket: Socket) => socket.once('close', () => connections.delete(socket)));
  for (const event of ['request', 'upgrade'])
    server.on(event, ({ socket }: IncomingMessage) => connections.delete(socket));
  return connections;
}

function limitReporter(log: Log): (name: string, limit: number) => void {
  const reported = new Map<string, number>();
  return (name, limit) => {
    if (Date.now() - (reported.get(name) ?? 0) < LOG_INTERVAL_MS) return;
    reported.set(name, Date.now());
    log.warn(`Connections are closed, because there are more than ${limit} (${name}).`);
  };
}
