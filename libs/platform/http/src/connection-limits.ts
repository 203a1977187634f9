import type { Socket } from 'node:net';

import { compile } from '@fastify/proxy-addr';
import type { FastifyInstance } from 'fastify';

import type { HavenConfig } from '@haven/config';
import type { Log } from '@haven/observability';
import { networkOf } from '@haven/rate-limits';

/** Minimum delay between two log lines about the same limit. */
const LOG_INTERVAL_MS = 10_000;

/**
 * Limits the number of connections, in total and for each client address. Connections beyond a limit are closed without
 * a response, which costs least.
 */
export function limitConnections(
  { server }: FastifyInstance,
  { connections: { max, perAddress }, server: { trustProxy } }: HavenConfig,
  log: Log,
): void {
  const open = new Map<string, number>();
  const isProxy = compile([...trustProxy]);
  const report = limitReporter(log);
  server.maxConnections = max;
  server.on('drop', () => report('connections.max', max));
  server.on('connection', (socket: Socket) => {
    const { remoteAddress } = socket;
    if (remoteAddress === undefined || isProxy(remoteAddress, 0)) return;
    const client = networkOf(remoteAddress);
    const count = open.get(client) ?? 0;
    if (count >= perAddress) {
      report('connections.perAddress', perAddress);
      return void socket.destroy();
    }
    open.set(client, count + 1);
    socket.once('close', () => {
      const left = (open.get(client) ?? 1) - 1;
      if (left > 0) open.set(client, left);
      else open.delete(client);
    });
  });
}

function limitReporter(log: Log): (name: string, limit: number) => void {
  const reported = new Map<string, number>();
  return (name, limit) => {
    if (Date.now() - (reported.get(name) ?? 0) < LOG_INTERVAL_MS) return;
    reported.set(name, Date.now());
    log.warn(`New connections are refused, because ${limit} connections are open (${name}).`);
  };
}
