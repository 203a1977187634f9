import type { Caller } from '@haven/kernel';

import type { Statement, TextRow } from './pipeline.js';

/** Sets the tenant until the transaction ends. */
export function tenantStatement(tenantId: string): Statement {
  return { name: 'tenant', text: "SELECT set_config('haven.tenant', $1, true)", values: [tenantId] };
}

/**
 * Runs one statement of a tenant that may be another than the caller's: an operator's unit of work is of the operators' own
 * tenant, and only this statement is of the other.
 */
export async function queryInTenant(
  uow: { pipeline(caller: Caller, ...statements: Statement[]): Promise<TextRow[][]> },
  caller: Caller,
  tenantId: string,
  statement: Statement,
): Promise<TextRow[]> {
  const there = [tenantStatement(tenantId), statement, tenantStatement(caller.tenantId)];
  const results = await uow.pipeline(caller, ...(tenantId === caller.tenantId ? [statement] : there));
  return results[tenantId === caller.tenantId ? 0 : 1] ?? [];
}
