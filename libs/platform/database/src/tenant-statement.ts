import type { Caller } from '@haven/kernel';

import type { Statement, TextRow } from './pipeline.js';

/** Sends statements in the transaction of a caller's tenant; implemented by `UnitOfWork`. */
interface PipelineSender {
  pipeline(caller: Caller, ...statements: Statement[]): Promise<TextRow[][]>;
}

/** Returns a statement that sets the tenant until the end of the transaction. */
export function tenantStatement(tenantId: string): Statement {
  return { name: 'tenant', text: "SELECT set_config('haven.tenant', $1, true)", values: [tenantId] };
}

/**
 * Runs one statement for a tenant that may differ from the caller's. An operator's unit of work belongs to the
 * operators' own tenant; only this statement runs for the other tenant.
 */
export async function queryInTenant(
  uow: PipelineSender,
  caller: Caller,
  tenantId: string,
  statement: Statement,
): Promise<TextRow[]> {
  const [rows = []] = await pipelineInTenant(uow, caller, tenantId, statement);
  return rows;
}

/** Does the same with several statements. */
export async function pipelineInTenant(
  uow: PipelineSender,
  caller: Caller,
  tenantId: string,
  ...statements: Statement[]
): Promise<TextRow[][]> {
  if (tenantId === caller.tenantId) return uow.pipeline(caller, ...statements);
  const results = await uow.pipeline(
    caller,
    tenantStatement(tenantId),
    ...statements,
    tenantStatement(caller.tenantId),
  );
  return results.slice(1, -1);
}
