import { isIPv4 } from 'node:net';

import { Networks } from './networks.js';

/** IPv4 addresses that lead inside, to nobody or to many (IANA IPv4 Special-Purpose Address Registry, RFC 6890). */
const SPECIAL_V4 = [
  '0.0.0.0/8', // this host, this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // shared: carrier-grade NAT; the metadata of some clouds
  '127.0.0.0/8', // loopback
  '168.63.129.16/32', // what Azure tells its machines
  '169.254.0.0/16', // link-local; the metadata of most clouds
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments; the metadata of some clouds
  '192.0.2.0/24', // documentation
  '192.31.196.0/24', // AS112: answers that lead nowhere
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
 * What of IPv6 has been given out, and what NAT64 makes of IPv4. All else leads inside or nowhere: loopback, IPv4-mapped and -compatible
 * addresses, unique local, link-local, site-local, multicast, local NAT64.
 */
const OPEN_V6 = ['2000::/3', '64:ff9b::/96'];

/** What therein leads inside or nowhere all the same (IANA IPv6 Special-Purpose Address Registry). */
const SPECIAL_V6 = [
  '2001::/23', // protocol assignments: Teredo, benchmarking, ORCHID and others
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4
  '2620:4f:8000::/48', // AS112
  '3fff::/20', // documentation
  ...SPECIAL_V4.map(throughNat64),
];

const open = new Networks(OPEN_V6);
const special = new Networks([...SPECIAL_V4, ...SPECIAL_V6]);

/** Whether an IP address is a single host's on the internet, for everybody to reach. */
export function isPublicAddress(address: string): boolean {
  return (isIPv4(address) || open.has(address)) && !special.has(address);
}

function throughNat64(range: string): string {
  const [address, prefix] = range.split('/');
  return `64:ff9b::${address}/${96 + Number(prefix)}`;
}
