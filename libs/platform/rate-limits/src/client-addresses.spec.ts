import { describe, expect, it } from 'vitest';

import { ClientAddresses, plainAddress } from './client-addresses.js';
import type { AddressedRequest } from './client-addresses.js';

function addresses(trustProxy: string[]) {
  const warnings: string[] = [];
  const log = { warn: (message: string) => void warnings.push(message) };
  const found = new ClientAddresses({ server: { trustProxy } } as never, log as never); // all that it uses
  const of = (forwarded?: string, peer = '10.0.0.1', header = 'x-forwarded-for') =>
    found.of({
      headers: forwarded === undefined ? {} : { [header]: forwarded },
      socket: { remoteAddress: peer } as AddressedRequest['socket'],
    });
  return { of, warnings };
}

describe('plainAddress', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['192.0.2.7:4711', '192.0.2.7'],
    ['2001:db8::7', '2001:db8::7'],
    ['[2001:db8::7]', '2001:db8::7'],
    ['[2001:db8::7]:4711', '2001:db8::7'],
    ['[::ffff:192.0.2.7]:80', '::ffff:192.0.2.7'],
    ['[fe80::1%eth0]:80', 'fe80::1%eth0'],
  ])('reads %s', (entry, address) => expect(plainAddress(entry)).toBe(address));

  it.each(['', 'unknown', '_hidden', '192.0.2', '192.0.2.256:80', '192.0.2.7:', '192.0.2.7:x', '[192.0.2.7]:80'])(
    'does not read %j',
    (entry) => expect(plainAddress(entry)).toBeUndefined(),
  );
});

describe('the address of a client', () => {
  it.each([
    ['without the header', undefined, '10.0.0.1'],
    ['behind a proxy', '192.0.2.7', '192.0.2.7'],
    ['with a port', '192.0.2.7:4711', '192.0.2.7'],
    ['with a port, in IPv6', '[2001:db8::7]:4711', '2001:db8::7'],
    ['behind two proxies, of which one adds ports', '192.0.2.7:4711, 10.0.0.2:4712', '192.0.2.7'],
    ['that has invented entries', '198.51.100.1, 192.0.2.7', '192.0.2.7'],
    ['that the proxy does not state', 'unknown', '10.0.0.1'],
    ['that the inner proxy does not state', 'a, 10.0.0.2:80', '10.0.0.2'],
    ['that is a trusted proxy itself', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['with an empty entry', '192.0.2.7, ', '192.0.2.7'],
  ])('%s', (_, forwarded, address) => expect(addresses(['10.0.0.0/8']).of(forwarded)).toBe(address));

  it('is that of the peer unless the peer is trusted, which is logged once', () => {
    const { of, warnings } = addresses(['10.0.0.0/8']);
    expect(of(undefined, '203.0.113.1')).toBe('203.0.113.1');
    expect(of('192.0.2.7')).toBe('192.0.2.7');
    expect(warnings).toEqual([]);
    expect(of('192.0.2.7', '203.0.113.1')).toBe('203.0.113.1');
    expect(of('for=192.0.2.7', '203.0.113.2', 'forwarded')).toBe('203.0.113.2');
    expect(warnings).toEqual([expect.stringMatching(/203\.0\.113\.1 is not in server\.trustProxy/)]);
  });
});
