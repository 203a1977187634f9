import type { LookupAddress } from 'node:dns';

import { describe, expect, it } from 'vitest';

import { EgressPolicy } from './egress-policy.js';

const address = (text: string): LookupAddress => ({ address: text, family: text.includes(':') ? 6 : 4 });

/** A policy whose DNS resolves `hooks.example` to `found`; an IP address resolves to itself. */
function createPolicy({ allowHttp = false, allowedNetworks = [] as string[], found = ['8.8.8.8'] } = {}): EgressPolicy {
  const resolve = async (host: string) => (host === 'hooks.example' ? found : [host]).map(address);
  return new EgressPolicy({ allowHttp, allowedNetworks }, resolve);
}

const reach = async (url: string, policy = createPolicy()): Promise<string[]> =>
  (await policy.addressesOf(policy.parse(url))).map(({ address }) => address);

describe('EgressPolicy', () => {
  it.each([
    ['https://hooks.example', '8.8.8.8'],
    ['https://HOOKS.example:8443/a?b=c', '8.8.8.8'],
    ['https://1.1.1.1/', '1.1.1.1'],
    ['https://[2606:4700:4700::1111]/', '2606:4700:4700::1111'],
  ])('allows %s', async (url, expected) => {
    expect(await reach(url)).toEqual([expected]);
  });

  it.each([
    ['hooks.example', 'invalid URL'],
    ['', 'invalid URL'],
    ['https://', 'invalid URL'],
    ['https://a b/', 'invalid URL'],
    ['https://[fe80::1%25eth0]/', 'invalid URL'],
    ['ftp://hooks.example/', 'https only'],
    ['file:///etc/passwd', 'https only'],
    ['javascript:alert(1)', 'https only'],
    ['https://ada@hooks.example/', 'user name'],
    ['https://ada:secret@hooks.example/', 'user name'],
    ['https://:secret@hooks.example/', 'user name'],
    ['https://hooks.example/#there', 'fragment'],
    ['https://hooks.example/#', 'fragment'],
    ['https://hooks.example./', 'dot'],
    ['https://localhost./', 'dot'],
    ['http://hooks.example/', 'https only'],
    ['http://1.1.1.1/', 'https only'],
    ['https://localhost/', 'no public address'],
    ['https://LocalHost:5432/', 'no public address'],
    ['https://ⓛocalhost/', 'no public address'],
    ['https://hooks.localhost/', 'no public address'],
    ['https://2130706433/', 'no public address'],
    ['https://0x7f000001/', 'no public address'],
    ['https://0177.0.0.1/', 'no public address'],
    ['https://127.1/', 'no public address'],
    ['https://127.0.0.1./', 'no public address'],
    ['https://１２７.0.0.1/', 'no public address'],
    ['https://127。0。0。1/', 'no public address'],
    ['https://0/', 'no public address'],
    ['https://[::]/', 'no public address'],
    ['https://[::1]/', 'no public address'],
    ['https://[::ffff:169.254.169.254]/', 'no public address'],
    ['https://[64:ff9b::169.254.169.254]/', 'no public address'],
    ['https://[fd00:ec2::254]/', 'no public address'],
    ['https://169.254.169.254/latest/meta-data/', 'no public address'],
    ['https://168.63.129.16/', 'no public address'],
  ])('denies %s: %s', async (url, reason) => {
    await expect(async () => reach(url)).rejects.toThrow(reason);
  });

  it('does not use DNS for names of the loopback interface', async () => {
    const lying = new EgressPolicy({ allowHttp: false, allowedNetworks: [] }, async () => [address('8.8.8.8')]);
    await expect(reach('https://hooks.localhost/', lying)).rejects.toThrow('no public address');
  });

  it('filters the public addresses of a host', async () => {
    const found = ['10.0.0.1', '8.8.8.8', '::1', '2606:4700::1', '169.254.169.254'];
    expect(await reach('https://hooks.example/', createPolicy({ found }))).toEqual(['8.8.8.8', '2606:4700::1']);
    await expect(reach('https://hooks.example/', createPolicy({ found: ['10.0.0.1', 'fd00::1'] }))).rejects.toThrow(
      'no public',
    );
  });

  it('shares concurrent lookups of a host, and repeats later ones', async () => {
    const lookups: ((found: LookupAddress[]) => void)[] = [];
    const one = new EgressPolicy({ allowHttp: false, allowedNetworks: [] }, () => {
      return new Promise((resolve) => lookups.push(resolve));
    });
    const both = Promise.all([reach('https://hooks.example/', one), reach('https://hooks.example/', one)]);
    lookups[0]?.([address('8.8.8.8')]);
    expect(await both).toEqual([['8.8.8.8'], ['8.8.8.8']]);
    const later = reach('https://hooks.example/', one);
    lookups[1]?.([address('1.1.1.1')]);
    expect(await later).toEqual(['1.1.1.1']);
    expect(lookups).toHaveLength(2);
  });
});

describe('webhooks.allowedNetworks', () => {
  const local = { allowedNetworks: ['127.0.0.0/8', '::1', '10.1.0.0/16'] };

  it('allows its networks, with http: too', async () => {
    for (const scheme of ['http', 'https']) {
      expect(await reach(`${scheme}://127.0.0.1:3000/`, createPolicy(local))).toEqual(['127.0.0.1']);
      expect(await reach(`${scheme}://[::1]:3000/`, createPolicy(local))).toEqual(['::1']);
      expect(await reach(`${scheme}://localhost:3000/`, createPolicy(local))).toEqual(['127.0.0.1', '::1']);
      expect(await reach(`${scheme}://hooks.example/`, createPolicy({ ...local, found: ['10.1.2.3'] }))).toEqual([
        '10.1.2.3',
      ]);
    }
  });

  it('allows nothing else', async () => {
    for (const found of ['10.2.0.1', '192.168.0.1', '::2', '169.254.169.254'])
      await expect(reach('https://hooks.example/', createPolicy({ ...local, found: [found] }))).rejects.toThrow(
        'no public',
      );
    await expect(reach('http://hooks.example/', createPolicy(local))).rejects.toThrow('https only');
    expect(await reach('http://hooks.example/', createPolicy({ ...local, found: ['8.8.8.8', '10.1.2.3'] }))).toEqual([
      '10.1.2.3',
    ]);
  });
});

describe('webhooks.allowHttp', () => {
  it('allows http: to public addresses, and nothing else', async () => {
    expect(await reach('http://hooks.example/', createPolicy({ allowHttp: true }))).toEqual(['8.8.8.8']);
    await expect(reach('http://10.0.0.1/', createPolicy({ allowHttp: true }))).rejects.toThrow('no public address');
    await expect(async () => reach('ftp://hooks.example/', createPolicy({ allowHttp: true }))).rejects.toThrow(
      'https only',
    );
  });
});
