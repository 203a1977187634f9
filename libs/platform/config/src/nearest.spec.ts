import { expect, it } from 'vitest';

import { nearest } from './nearest.js';

it.each([
  ['server.prot', 'server.port'],
  ['SERVER.PORT', 'server.port'],
  ['server.host', 'server.host'],
  ['log.levle', 'log.level'],
  ['somewhere.else', undefined],
  ['ab', undefined],
])('%s most likely means %s', (name, meant) => {
  expect(nearest(name, ['server.host', 'server.port', 'log.level', 'ide'])).toBe(meant);
});
