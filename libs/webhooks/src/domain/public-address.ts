import { isIPv4 } from 'node:net';

import { CidrSet } from './cidr-set.js';

/**
 * IPv4 ranges that are not public unicast (IANA IPv4 Special-Purpose Address Registry, RFC 6890, and cloud metadata).
 */
const SPECIAL_V4 = [
  '0.0.0.0/8', // this host, this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // shared: carrier-grade NAT; metadata services of some clouds
  '127.0.0.0/8', // loopback
  '168.63.129.16/32', // metadata service of Azure
  '169.254.0.0/16', // link-local; metadata services of most clouds
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments; metadata services of some clouds
  '192.0.2.0/24', // documentation
  '192.31.196.0/24', // AS112: DNS sink for reverse lookups of private addresses
  '192.52.193.0/24', // AMT relays
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private
  '192.175.48.0/24', // AS112
  '198.18.0.0/15', // benchmarking
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
];

/**
 * The IPv6 range that is allocated for global unicast, and the NAT64 prefix for IPv4 addresses. All other ranges are
 * not public: loopback, IPv4-mapped and IPv4-compatible addresses, unique local, link-local, site-local, multicast,
 * local NAT64.
 */
const PUBLIC_V6 = ['2000::/3', '64:ff9b::/96'];

/** Parts of `PUBLIC_V6` that are not public (IANA IPv6 Special-Purpose Address Registry). */
const SPECIAL_V6 = [
  '2001::/23', // protocol assignments: Teredo, benchmarking, ORCHID and others
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4
  '2620:4f:8000::/48', // AS112
  '3fff::/20', // documentation
  ...SPECIAL_V4.map(toNat64),
];

const publicV6 = new CidrSet(PUBLIC_V6);
const special = new CidrSet([...SPECIAL_V4, ...SPECIAL_V6]);

/** Whether an IP address is public: a unicast address that is reachable on the internet. */
export function isPublicAddress(address: string): boolean {
  return (isIPv4(address) || publicV6.has(address)) && !special.has(address);
}

function toNat64(range: string): string {
  const [address, prefix] = range.split('/');
  return `64:ff9b::${address}/${96 + Number(prefix)}`;
}
