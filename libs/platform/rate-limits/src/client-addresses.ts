import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

import proxyAddress from '@fastify/proxy-addr';
import { Injectable } from '@nestjs/common';

import { HavenConfig } from '@haven/config';
import { Log } from '@haven/observability';

/** A request, or the part of it that the address of its client is derived from. */
export type AddressedRequest = Pick<IncomingMessage, 'headers' | 'socket'>;

/**
 * Finds out which IP address a request came from. Everything that counts requests or connections by address uses this
 * class, so that all of them agree on it.
 */
@Injectable()
export class ClientAddresses {
  private readonly isTrusted: (address: string, hop: number) => boolean;

  constructor(
    { server }: HavenConfig,
    private readonly log: Log,
  ) {
    const trusted = proxyAddress.compile([...server.trustProxy]);
    this.isTrusted = (address, hop) => trusted(plainAddress(address) ?? '', hop);
  }

  /** Whether the peer of a connection is a proxy of `server.trustProxy`. */
  isProxy(peer: string): boolean {
    return this.isTrusted(peer, 0);
  }

  /**
   * Returns the address of the client: the last entry of `X-Forwarded-For` that a trusted proxy has added, or the peer
   * of the connection. An entry that is no address counts as the address of the proxy that added it; otherwise each
   * invented entry would be counted separately.
   */
  of(request: AddressedRequest): string {
    const { headers, socket } = request;
    const peer = socket.remoteAddress ?? '';
    if (headers['x-forwarded-for'] === undefined && headers['forwarded'] === undefined) return peer;
    if (!this.isProxy(peer)) {
      this.warn(peer);
      return peer;
    }
    const chain = proxyAddress.all(request as IncomingMessage, this.isTrusted); // it reads only these two members
    for (const entry of chain.slice(1).toReversed()) {
      const address = plainAddress(entry);
      if (address !== undefined) return address;
    }
    return peer;
  }

  /** Warns once per process, because any client can send such a header. */
  private warn(peer: string): void {
    if (warned.has(this.log)) return;
    warned.add(this.log);
    this.log.warn(
      `A request from ${peer} has a header X-Forwarded-For or Forwarded, which is ignored because ${peer} is not in ` +
        'server.trustProxy. If it is the address of your proxy, add it there: until then, all clients of the proxy ' +
        'are counted as one address. Further requests of this kind are not logged.',
      ClientAddresses.name,
    );
  }
}

/** The logs that contain the warning. A process has several instances of {@link ClientAddresses}, and one log. */
const warned = new WeakSet<Log>();

/**
 * Returns the address of an entry without its port and brackets, or undefined if it is no address. Some proxies write
 * `192.0.2.7:4711` or `[2001:db8::7]:4711`, with another port for each connection of the same client.
 */
export function plainAddress(entry: string): string | undefined {
  if (isIP(entry) !== 0) return entry;
  const [, bracketed, dotted] = /^(?:\[([\da-f:.]+(?:%[\w.-]+)?)\]|(\d+(?:\.\d+){3}))(?::\d{1,5})?$/i.exec(entry) ?? [];
  const address = bracketed ?? dotted ?? '';
  return isIP(address) === (bracketed === undefined ? 4 : 6) ? address : undefined;
}
