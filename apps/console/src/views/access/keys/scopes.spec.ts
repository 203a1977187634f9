import { describe, expect, it } from 'vitest';

import { grantableScopes, OPERATORS_TENANT, scopeNames } from './scopes.js';

describe('grantableScopes', () => {
  it('offers the scopes that the caller holds', () => {
    expect(grantableScopes(['keys:write', 'records:read'], 'acme')).toEqual(['records:read', 'keys:write']);
  });

  it('offers operators all scopes, but `operator` only for keys of their own tenant', () => {
    expect(grantableScopes(['operator'], OPERATORS_TENANT)).toEqual(scopeNames);
    expect(grantableScopes(['operator'], 'acme')).toEqual(scopeNames.filter((scope) => scope !== 'operator'));
  });
});
