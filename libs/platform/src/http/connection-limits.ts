import { isIPv6 } from 'node:net';
import type { Socket } from 'node:net';

import { compile } from '@fastify/proxy-addr';
import type { FastifyInstance } from 'fastify';

import type { HavenConfig } from '../config/index.js';
import type { Log } from '../observability/log.js';

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

/** An IPv4 address, or of an IPv6 address its /64: who has one address there has them all. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.split('%', 1)[0]?.split('::') ?? [];
  const groups = head === '' ? [] : head.split(':');
  const after = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? 0 : 8 - groups.length - after.length;
  return [...groups, ...Array.from({ length: zeros }, () => '0'), ...after].slice(0, 4).join(':');
}
