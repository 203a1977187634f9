import { HavenError } from '@haven/kernel';

import type { Known, KnownTenant } from '../domain/directory.js';

/** The tenant, if it may do anything at all; `unknown` says what is to be thrown of one that is not there. */
export function admitted(tenant: Known<KnownTenant> | undefined, unknown: () => HavenError): Known<KnownTenant> {
  if (!tenant || tenant.value.state === 'deleting') throw unknown();
  if (tenant.value.state === 'active') return tenant;
  throw new HavenError('TENANT_SUSPENDED', 'The tenant is suspended; whoever runs this Haven can tell why.');
}
