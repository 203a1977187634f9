import { expect, it } from 'vitest';

import { setLayer } from './set.layer.js';

it('splits at the first equals sign', () => {
  expect(setLayer(['database.dataDir=/a=b', 'server.port=1']).values).toEqual([
    { path: 'database.dataDir', value: '/a=b', origin: '--set database.dataDir=/a=b', untyped: true },
    { path: 'server.port', value: '1', origin: '--set server.port=1', untyped: true },
  ]);
});

it('shows neither a secret nor a line break in an origin', () => {
  const [url, host] = setLayer(['database.url=postgres://u:hunter2@h/d', 'server.host=a\nb']).values;
  expect(url?.origin).toBe('--set database.url=(hidden)');
  expect(host?.origin).toBe('--set server.host=a b');
});

it.each([
  ['server.prot=1', 'server.prot', 'is not a setting; did you mean server.port?'],
  ['server=1', 'server', 'is a section; name one of its settings'],
  ['__proto__.x=1', '--set', 'must have the form section.setting=value'],
  ['constructor.name=1', 'constructor.name', 'is not a setting'],
  ['server.port', '--set', 'must have the form section.setting=value'],
  ['=1', '--set', 'must have the form section.setting=value'],
])('refuses %j', (argument, path, problem) => {
  expect(setLayer([argument]).issues).toMatchObject([{ path, problem }]);
});
