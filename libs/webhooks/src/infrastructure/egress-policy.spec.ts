import type { LookupAddress } from 'node:dns';

import { describe, expect, it } from 'vitest';

import { EgressPolicy } from './egress-policy.js';

const address = (text: string): LookupAddress => ({ address: text, family: text.includes(':') ? 6 : 4 });

/** DNS knows one name; an IP address is its own. */
function gate({ allowHttp = false, allowedNetworks = [] as string[], found = ['8.8.8.8'] } = {}): EgressPolicy {
  const resolve = async (host: string) => (host === 'hooks.example' ? found : [host]).map(address);
  return new EgressPolicy({ allowHttp, allowedNetworks }, resolve);
}

const reach = async (url: string, of = gate()): Promise<string[]> =>
  (await of.addressesOf(of.parse(url))).map(({ address }) => address);

describe('the gate', () => {
  it.each([
    ['https://hooks.example', '8.8.8.8'],
    ['https://HOOKS.example:8443/a?b=c', '8.8.8.8'],
    ['https://1.1.1.1/', '1.1.1.1'],
    ['https://[2606:4700:4700::1111]/', '2606:4700:4700::1111'],
  ])('lets %s through', async (url, open) => {
    expect(await reach(url)).toEqual([open]);
  });

  it.each([
    ['hooks.example', 'no URL'],
    ['', 'no URL'],
    ['https://', 'no URL'],
    ['https://a b/', 'no URL'],
    ['https://[fe80::1%25eth0]/', 'no URL'],
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
  ])('refuses %s: %s', async (url, reason) => {
    await expect(async () => reach(url)).rejects.toThrow(reason);
  });

  it('does not ask DNS for names that mean this machine', async () => {
    const lying = new EgressPolicy({ allowHttp: false, allowedNetworks: [] }, async () => [address('8.8.8.8')]);
    await expect(reach('https://hooks.localhost/', lying)).rejects.toThrow('no public address');
  });

  it('leaves of several addresses those that are public', async () => {
    const found = ['10.0.0.1', '8.8.8.8', '::1', '2606:4700::1', '169.254.169.254'];
    expect(await reach('https://hooks.example/', gate({ found }))).toEqual(['8.8.8.8', '2606:4700::1']);
    await expect(reach('https://hooks.example/', gate({ found: ['10.0.0.1', 'fd00::1'] }))).rejects.toThrow(
      'no public',
    );
  });

  it('asks once for all who ask at the same time, and anew for those who come later', async () => {
    const answers: ((found: LookupAddress[]) => void)[] = [];
    const one = new EgressPolicy({ allowHttp: false, allowedNetworks: [] }, () => {
      return new Promise((resolve) => answers.push(resolve));
    });
    const both = Promise.all([reach('https://hooks.example/', one), reach('https://hooks.example/', one)]);
    answers[0]?.([address('8.8.8.8')]);
    expect(await both).toEqual([['8.8.8.8'], ['8.8.8.8']]);
    const later = reach('https://hooks.example/', one);
    answers[1]?.([address('1.1.1.1')]);
    expect(await later).toEqual(['1.1.1.1']);
    expect(answers).toHaveLength(2);
  });
});

describe('webhooks.allowedNetworks', () => {
  const local = { allowedNetworks: ['127.0.0.0/8', '::1', '10.1.0.0/16'] };

  it('opens its networks, by http too', async () => {
    for (const scheme of ['http', 'https']) {
      expect(await reach(`${scheme}://127.0.0.1:3000/`, gate(local))).toEqual(['127.0.0.1']);
      expect(await reach(`${scheme}://[::1]:3000/`, gate(local))).toEqual(['::1']);
      expect(await reach(`${scheme}://localhost:3000/`, gate(local))).toEqual(['127.0.0.1', '::1']);
      expect(await reach(`${scheme}://hooks.example/`, gate({ ...local, found: ['10.1.2.3'] }))).toEqual(['10.1.2.3']);
    }
  });

  it('opens nothing else', async () => {
    for (const found of ['10.2.0.1', '192.168.0.1', '::2', '169.254.169.254'])
      await expect(reach('https://hooks.example/', gate({ ...local, found: [found] }))).rejects.toThrow('no public');
    await expect(reach('http://hooks.example/', gate(local))).rejects.toThrow('https only');
    expect(await reach('http://hooks.example/', gate({ ...local, found: ['8.8.8.8', '10.1.2.3'] }))).toEqual([
      '10.1.2.3',
    ]);
  });
});

describe('webhooks.allowHttp', () => {
  it('opens public addresses to http, and nothing else', async () => {
    expect(await reach('http://hooks.example/', gate({ allowHttp: true }))).toEqual(['8.8.8.8']);
    await expect(reach('http://10.0.0.1/', gate({ allowHttp: true }))).rejects.toThrow('no public address');
    await expect(async () => reach('ftp://hooks.example/', gate({ allowHttp: true }))).rejects.toThrow('https only');
  });
});
