import type { Socket } from 'node:net';

import { compile } from '@fastify/proxy-addr';
import type { FastifyInstance } from 'fastify';

import type { HavenConfig } from '@haven/config';
import type { Log } from '@haven/observability';
import { networkOf } from '@haven/rate-limits';

/** How often refusals are told at most. */
const TELL_MS = 10_000;

/** Bounds how many connections there are, in all and from one address. What is too many is closed without a word, which costs least. */
export function limitConnections(
  { server }: FastifyInstance,
  { connections: { max, perAddress }, server: { trustProxy } }: HavenConfig,
  log: Log,
): void {
  const open = new Map<string, number>();
  const isProxy = compile([...trustProxy]);
  const tell = refusals(log);
  server.maxConnections = max;
  server.on('drop', () => tell('connections.max', max));
  server.on('connection', (socket: Socket) => {
    const { remoteAddress } = socket;
    if (remoteAddress === undefined || isProxy(remoteAddress, 0)) return;
    const client = networkOf(remoteAddress);
    const count = open.get(client) ?? 0;
    if (count >= perAddress) {
      tell('connections.perAddress', perAddress);
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

function refusals(log: Log): (name: string, limit: number) => void {
  const told = new Map<string, number>();
  return (name, limit) => {
    if (Date.now() - (told.get(name) ?? 0) < TELL_MS) return;
    told.set(name, Date.now());
    log.warn(`Connections are refused: there are ${limit} (${name}).`);
  };
}
