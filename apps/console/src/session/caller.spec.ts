import { expect, it } from 'vitest';

import { hasSameAccess } from './caller.js';
import type { Caller } from './caller.js';

const caller: Caller = {
  tenant: 'a',
  tenantName: 'Acme',
  actor: 'key:1',
  credential: 'key',
  scopes: ['records:read', 'records:write'],
  collections: ['films', 'people'],
};

it.each<[hasSame: boolean, change: Partial<Caller>]>([
  [true, { actor: 'key:2', scopes: ['records:write', 'records:read'], collections: ['people', 'films'] }],
  [false, { tenant: 'b' }],
  [false, { scopes: ['records:read'] }],
  [false, { scopes: ['records:read', 'records:write', 'operator'] }],
  [false, { collections: ['films'] }],
  [false, { collections: null }],
])('says %s for %j', (hasSame, change) => {
  expect(hasSameAccess(caller, { ...caller, ...change })).toBe(hasSame);
  expect(hasSameAccess({ ...caller, ...change }, caller)).toBe(hasSame);
});
