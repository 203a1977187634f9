import type { LookupAddress } from 'node:dns';

import type { HavenConfig } from '@haven/config';

import { CidrSet } from '../domain/cidr-set.js';
import { isPublicAddress } from '../domain/public-address.js';
import { EgressDenied } from './egress-denied.js';

/** Resolves a host name to all its IP addresses. */
export type Resolve = (host: string) => Promise<LookupAddress[]>;

/** Host names that always mean the loopback addresses, whatever DNS returns (RFC 6761 §6.3). */
const LOCAL_NAME = /(^|\.)localhost$/;
const LOOPBACK: LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

/**
 * Decides which URLs webhooks may be sent to: `https:` URLs whose host has a public IP address, and `https:` or `http:`
 * URLs whose host has an address in `webhooks.allowedNetworks`. With `webhooks.allowHttp`, `http:` is allowed for
 * public addresses too. The policy checks the IP addresses that the client actually connects to, so DNS rebinding or an
 * unusual notation of an address cannot bypass it.
 */
export class EgressPolicy {
  private readonly allowedNetworks: CidrSet;
  private readonly allowHttp: boolean;
  private readonly pending = new Map<string, Promise<LookupAddress[]>>();

  constructor(
    { allowHttp, allowedNetworks }: Pick<HavenConfig['webhooks'], 'allowHttp' | 'allowedNetworks'>,
    private readonly resolve: Resolve,
  ) {
    this.allowHttp = allowHttp;
    this.allowedNetworks = new CidrSet(allowedNetworks);
  }

  /**
   * Parses a URL. Throws {@link EgressDenied} if its text alone shows that it is not allowed, whatever address the host
   * has.
   */
  parse(text: string): URL {
    if (!URL.canParse(text)) throw new EgressDenied('invalid URL');
    const url = new URL(text);
    if (!['https:', 'http:'].includes(url.protocol)) throw new EgressDenied('https only');
    if (url.username !== '' || url.password !== '') throw new EgressDenied('URL with user name or password');
    if (url.href.includes('#')) throw new EgressDenied('URL with fragment (#)');
    if (url.hostname.endsWith('.')) throw new EgressDenied('host name with trailing dot');
    return url;
  }

  /** Resolves a host to the addresses that are allowed. Throws {@link EgressDenied} if there are none. */
  async addressesOf({ protocol, hostname }: { protocol: string; hostname: string }): Promise<LookupAddress[]> {
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    const found = LOCAL_NAME.test(host) ? LOOPBACK : await this.lookUp(host);
    const allowed = found.filter(({ address }) => this.admits(protocol, address));
    if (allowed.length > 0) return allowed;
    throw new EgressDenied(found.some(({ address }) => isPublicAddress(address)) ? 'https only' : 'no public address');
  }

  /** Whether a connection to this address is allowed. */
  admits(protocol: string, address: string): boolean {
    if (this.allowedNetworks.has(address)) return true;
    return (protocol === 'https:' || this.allowHttp) && isPublicAddress(address);
  }

  /** Shares concurrent lookups of a host, so that a slow one occupies only one of the few threads for DNS lookups. */
  private lookUp(host: string): Promise<LookupAddress[]> {
    const lookup = this.pending.get(host) ?? this.resolve(host).finally(() => this.pending.delete(host));
    this.pending.set(host, lookup);
    return lookup;
  }
}
