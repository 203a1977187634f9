import type { Statement } from './pipeline.js';

/** Sets the tenant until the transaction ends. */
export function tenantStatement(tenantId: string): Statement {
  return { name: 'tenant', text: "SELECT set_config('haven.tenant', $1, true)", values: [tenantId] };
}
