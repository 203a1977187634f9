import { BlockList, isIP } from 'node:net';

/** A set of networks, each given as an IP address or a CIDR range. */
export class Networks {
  private readonly list = new BlockList();

  constructor(ranges: readonly string[]) {
    for (const range of ranges) {
      const [address = '', prefix] = range.split('/');
      const isV6 = isIP(address) === 6;
      this.list.addSubnet(address, Number(prefix ?? (isV6 ? 128 : 32)), isV6 ? 'ipv6' : 'ipv4');
    }
  }

  /** False, too, for what is no IP address. An IPv6 address that stands for one of IPv4 (`::ffff:…`) is where that is. */
  has(address: string): boolean {
    const [bare = ''] = address.split('%');
    const version = isIP(bare);
    return version !== 0 && this.list.check(bare, version === 6 ? 'ipv6' : 'ipv4');
  }
}
