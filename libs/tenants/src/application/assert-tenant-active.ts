import { HavenError } from '@haven/kernel';

import type { Cached, CachedTenant } from '../domain/credential-cache.js';

/**
 * Returns the tenant if it is active. Throws `TENANT_SUSPENDED` if the tenant is suspended. If it does not exist or is
 * being deleted, throws the error that `unknown` creates.
 */
export function assertTenantActive(
  tenant: Cached<CachedTenant> | undefined,
  unknown: () => HavenError,
): Cached<CachedTenant> {
  if (!tenant || tenant.value.state === 'deleting') throw unknown();
  if (tenant.value.state === 'active') return tenant;
  throw new HavenError('TENANT_SUSPENDED', 'The tenant is suspended. Contact the operator of this server.');
}
