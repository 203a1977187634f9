import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, it } from 'vitest';

import { isPublicAddress } from './public-address.js';

describe('isPublicAddress', () => {
  it.each([
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '168.63.129.15',
    '168.63.129.17',
    '169.253.255.255',
    '169.255.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.0.1.0',
    '192.0.3.0',
    '192.167.255.255',
    '192.169.0.0',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '2001:200::1',
    '2001:4860:4860::8888',
    '2606:4700:4700::1111',
    '2003::1',
    '3ffe:ffff::1',
    '64:ff9b::808:808',
    '64:ff9b::8.8.8.8',
  ])('accepts %s', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    ['this host', '0.0.0.0'],
    ['this network', '0.255.255.255'],
    ['private', '10.0.0.0'],
    ['private', '10.255.255.255'],
    ['shared', '100.64.0.0'],
    ['shared', '100.127.255.255'],
    ['metadata', '100.100.100.200'],
    ['loopback', '127.0.0.1'],
    ['loopback', '127.255.255.255'],
    ["Azure's", '168.63.129.16'],
    ['metadata', '169.254.169.254'],
    ['link-local', '169.254.0.0'],
    ['private', '172.16.0.0'],
    ['private', '172.31.255.255'],
    ['protocol assignments', '192.0.0.1'],
    ['metadata', '192.0.0.192'],
    ['documentation', '192.0.2.1'],
    ['AS112', '192.31.196.1'],
    ['AMT', '192.52.193.1'],
    ['6to4 relays', '192.88.99.1'],
    ['private', '192.168.0.1'],
    ['AS112', '192.175.48.1'],
    ['benchmarking', '198.18.0.0'],
    ['benchmarking', '198.19.255.255'],
    ['documentation', '198.51.100.1'],
    ['documentation', '203.0.113.1'],
    ['multicast', '224.0.0.1'],
    ['multicast', '239.255.255.255'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['unspecified', '::'],
    ['loopback', '::1'],
    ['IPv4-compatible', '::127.0.0.1'],
    ['IPv4-compatible', '::7f00:1'],
    ['IPv4-mapped', '::ffff:127.0.0.1'],
    ['IPv4-mapped', '::ffff:a9fe:a9fe'],
    ['IPv4-translated', '::ffff:0:127.0.0.1'],
    ['NAT64', '64:ff9b::127.0.0.1'],
    ['NAT64', '64:ff9b::a9fe:a9fe'],
    ['NAT64 beyond its 96 bits', '64:ff9b::1:808:808'],
    ['local NAT64', '64:ff9b:1::808:808'],
    ['discard', '100::1'],
    ['dummy prefix', '100:0:0:1::1'],
    ['Teredo', '2001::1'],
    ['Teredo', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
    ['benchmarking', '2001:2::1'],
    ['ORCHID', '2001:10::1'],
    ['ORCHIDv2', '2001:20::1'],
    ['documentation', '2001:db8::1'],
    ['6to4 of 127.0.0.1', '2002:7f00:1::'],
    ['6to4 of 8.8.8.8', '2002:808:808::'],
    ['AS112', '2620:4f:8000::42'],
    ['documentation', '3fff::1'],
    ['not allocated', '4000::1'],
    ['segment routing', '5f00::1'],
    ['not allocated', '1fff::1'],
    ['unique local', 'fc00::1'],
    ['metadata', 'fd00:ec2::254'],
    ['unique local', 'fdff:ffff::1'],
    ['link-local', 'fe80::1'],
    ['link-local with a zone', 'fe80::1%eth0'],
    ['site-local', 'fec0::1'],
    ['multicast', 'ff02::1'],
    ['not an address', 'example.com'],
    ['not an address', ''],
    ['not an address', '127.1'],
  ])('rejects %s: %s', (_kind, address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it('accepts only addresses that ipaddr.js classifies as unicast', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
        fc.pre(isPublicAddress(address));
        const other = ipaddr.parse(address);
        // A NAT64 address is classified by the IPv4 address in it.
        const isNat64 = other.range() === 'rfc6052';
        const target = isNat64 ? ipaddr.fromByteArray(other.toByteArray().slice(12)) : other;
        expect(target.range()).toBe('unicast');
      }),
      { numRuns: 20_000 },
    );
  });
});

/** IPv4 ranges that are not public: base address and prefix length. */
const PRIVATE = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const;

const privateNumber = fc
  .constantFrom(...PRIVATE)
  .chain(([base, bits]) =>
    fc
      .nat(2 ** (32 - bits) - 1)
      .map((host) => base.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) + host),
  );

/**
 * A notation of an IPv4 address that `inet_aton` accepts: one to four parts, each in base 8, 10 or 16. The last part
 * fills the remaining bytes.
 */
const spelling = fc
  .tuple(
    privateNumber,
    fc.integer({ min: 1, max: 4 }),
    fc.array(fc.constantFrom(8, 10, 16), { minLength: 4, maxLength: 4 }),
  )
  .map(([number, count, bases]) => {
    const octets = [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256);
    const head = octets.slice(0, count - 1);
    const last = number % 2 ** (8 * (5 - count));
    return [...head, last]
      .map((part, at) => ({ 8: '0', 10: '', 16: '0x' })[bases[at]!] + part.toString(bases[at]))
      .join('.');
  });

const hexGroups = (number: number) => `${Math.floor(number / 65_536).toString(16)}:${(number % 65_536).toString(16)}`;

describe('a private IPv4 address', () => {
  it('is rejected in every spelling that a URL allows', () => {
    fc.assert(
      fc.property(spelling, fc.constantFrom('', '.'), (text, dot) => {
        const { hostname } = new URL(`https://${text}${dot}/`);
        expect(hostname).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
        expect(isPublicAddress(hostname)).toBe(false);
      }),
      { numRuns: 5_000 },
    );
  });

  it('is rejected in every IPv6 address that embeds it', () => {
    const prefixes = fc.constantFrom('::ffff:', '::', '::ffff:0:', '64:ff9b::', '64:ff9b:1::', '2001::', 'fe80::5efe:');
    fc.assert(
      fc.property(privateNumber, prefixes, (number, prefix) => {
        expect(isPublicAddress(new URL(`https://[${prefix}${hexGroups(number)}]/`).hostname.slice(1, -1))).toBe(false);
        expect(isPublicAddress(`2002:${hexGroups(number)}::1`)).toBe(false);
      }),
      { numRuns: 5_000 },
    );
  });
});
