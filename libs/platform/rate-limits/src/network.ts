import { memoize } from '@haven/kernel';

/** Maximum number of addresses whose key is cached. */
const MAX_ADDRESSES = 1_000;

/**
 * Returns the key that an address is counted by: for IPv6 its /64 network, because one client can use all addresses of
 * the network.
 */
export const networkOf: (address: string) => string = memoize(keyOf, MAX_ADDRESSES);

function keyOf(address: string): string {
  const [mapped] = /\d+\.\d+\.\d+\.\d+$/.exec(address) ?? [];
  if (mapped !== undefined) return mapped; // an IPv4 address, possibly written as IPv6 (RFC 4291 §2.5.5.2)
  const [plain = ''] = address.split('%', 1);
  const [left, right] = plain.split('::', 2).map((part) => (part === '' ? [] : part.split(':')));
  const [first = [], last = []] = [left, right];
  const groups = right
    ? [...first, ...Array<string>(Math.max(0, 8 - first.length - last.length)).fill('0'), ...last]
    : first;
  return `${groups
    .slice(0, 4)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
