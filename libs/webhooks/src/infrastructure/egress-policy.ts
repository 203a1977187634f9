import type { LookupAddress } from 'node:dns';

import type { HavenConfig } from '@haven/config';

import { Networks } from '../domain/networks.js';
import { isPublicAddress } from '../domain/public-address.js';
import { EgressDenied } from './egress-denied.js';

/** All addresses of a host, as the system knows them. */
export type Resolve = (host: string) => Promise<LookupAddress[]>;

/** RFC 6761 §6.3: such names mean this machine, whatever DNS says. */
const LOCAL_NAME = /(^|\.)localhost$/;
const LOOPBACK: LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

/**
 * Decides where webhooks may be sent: to public addresses by https, and to `webhooks.allowedNetworks`. It judges the addresses that are
 * then connected to, so it does not matter what a name meant before, nor how an address was spelled.
 */
export class EgressPolicy {
  private readonly allowed: Networks;
  private readonly allowHttp: boolean;
  private readonly asked = new Map<string, Promise<LookupAddress[]>>();

  constructor(
    { allowHttp, allowedNetworks }: Pick<HavenConfig['webhooks'], 'allowHttp' | 'allowedNetworks'>,
    private readonly resolve: Resolve,
  ) {
    this.allowHttp = allowHttp;
    this.allowed = new Networks(allowedNetworks);
  }

  /** An address by which something could be sent; a `EgressDenied` says what speaks against its text. */
  parse(text: string): URL {
    if (!URL.canParse(text)) throw new EgressDenied('no URL');
    const url = new URL(text);
    if (!['https:', 'http:'].includes(url.protocol)) throw new EgressDenied('https only');
    if (url.username !== '' || url.password !== '') throw new EgressDenied('user name or password in it');
    if (url.href.includes('#')) throw new EgressDenied('fragment (#) in it');
    if (url.hostname.endsWith('.')) throw new EgressDenied('dot at the end of the host name');
    return url;
  }

  /** The addresses of a host that may be connected to; a `EgressDenied` if there is none. */
  async addressesOf({ protocol, hostname }: { protocol: string; hostname: string }): Promise<LookupAddress[]> {
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    const known = LOCAL_NAME.test(host) ? LOOPBACK : await this.ask(host);
    const open = known.filter(({ address }) => this.admits(protocol, address));
    if (open.length > 0) return open;
    throw new EgressDenied(known.some(({ address }) => isPublicAddress(address)) ? 'https only' : 'no public address');
  }

  /** Whether this address may be connected to. */
  admits(protocol: string, address: string): boolean {
    if (this.allowed.has(address)) return true;
    return (protocol === 'https:' || this.allowHttp) && isPublicAddress(address);
  }

  /** Once for all who ask at the same time: a name that takes long is to keep only one of the few threads that look names up. */
  private ask(host: string): Promise<LookupAddress[]> {
    const asked = this.asked.get(host) ?? this.resolve(host).finally(() => this.asked.delete(host));
    this.asked.set(host, asked);
    return asked;
  }
}
