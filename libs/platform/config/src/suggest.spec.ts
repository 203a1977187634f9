import { expect, it } from 'vitest';

import { suggest } from './suggest.js';

it.each([
  ['server.prot', 'server.port'],
  ['SERVER.PORT', 'server.port'],
  ['server.host', 'server.host'],
  ['log.levle', 'log.level'],
  ['somewhere.else', undefined],
  ['ab', undefined],
])('%s most likely means %s', (name, meant) => {
  expect(suggest(name, ['server.host', 'server.port', 'log.level', 'ide'])).toBe(meant);
});
