import { createClient, HavenError } from 'haven-records';

import { prefix } from '../page.js';
import { notifyError } from '../ui/feedback/notify.js';
import type { EnteredTenant } from './entered-tenant.js';

/** Revokes the key with which an operator has entered a tenant. */
export function revokeEntered({ tenant, key, operatorKey }: EnteredTenant): void {
  const haven = createClient({ url: prefix || '/', ...(operatorKey !== null && { key: operatorKey }) });
  const [, id = ''] = key.split('_');
  haven.request({ method: 'DELETE', path: `/api/v1/api-keys/${id}`, query: { tenant } }).catch((error: unknown) => {
    // The keys of a deleted tenant are gone.
    if (!(error instanceof HavenError) || error.code !== 'NOT_FOUND') notifyError(error);
  });
}
