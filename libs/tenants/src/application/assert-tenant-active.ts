import { HavenError } from '@haven/kernel';

import type { Cached, CachedTenant } from '../domain/credential-cache.js';

/** The tenant, if it may do anything at all; `unknown` says what is to be thrown of one that is not there. */
export function assertTenantActive(
  tenant: Cached<CachedTenant> | undefined,
  unknown: () => HavenError,
): Cached<CachedTenant> {
  if (!tenant || tenant.value.state === 'deleting') throw unknown();
  if (tenant.value.state === 'active') return tenant;
  throw new HavenError('TENANT_SUSPENDED', 'The tenant is suspended; whoever runs this Haven can tell why.');
}
