import { BlockList, isIP } from 'node:net';

/** Set of IP addresses, given as single addresses and CIDR ranges. */
export class CidrSet {
  private readonly list = new BlockList();

  constructor(ranges: readonly string[]) {
    for (const range of ranges) {
      const [address = '', prefix] = range.split('/');
      const isV6 = isIP(address) === 6;
      this.list.addSubnet(address, Number(prefix ?? (isV6 ? 128 : 32)), isV6 ? 'ipv6' : 'ipv4');
    }
  }

  /**
   * Returns false if `address` is not an IP address. IPv4-mapped IPv6 addresses (`::ffff:…`) count as IPv4 addresses.
   */
  has(address: string): boolean {
    const [withoutZone = ''] = address.split('%');
    const version = isIP(withoutZone);
    return version !== 0 && this.list.check(withoutZone, version === 6 ? 'ipv6' : 'ipv4');
  }
}
