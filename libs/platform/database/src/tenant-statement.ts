import type { Caller } from '@haven/kernel';

import type { Statement, TextRow } from './pipeline.js';

/** Returns a statement that sets the tenant until the end of the transaction. */
export function tenantStatement(tenantId: string): Statement {
  return { name: 'tenant', text: "SELECT set_config('haven.tenant', $1, true)", values: [tenantId] };
}

/**
 * Runs one statement for a tenant that may differ from the caller's. An operator's unit of work belongs to the
 * operators' own tenant; only this statement runs for the other tenant.
 */
export async function queryInTenant(
  uow: { pipeline(caller: Caller, ...statements: Statement[]): Promise<TextRow[][]> },
  caller: Caller,
  tenantId: string,
  statement: Statement,
): Promise<TextRow[]> {
  const withOtherTenant = [tenantStatement(tenantId), statement, tenantStatement(caller.tenantId)];
  const results = await uow.pipeline(caller, ...(tenantId === caller.tenantId ? [statement] : withOtherTenant));
  return results[tenantId === caller.tenantId ? 0 : 1] ?? [];
}
