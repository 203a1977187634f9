import type { Statement, TextRow, UnitOfWork } from '@haven/database';
import type { Caller } from '@haven/kernel';
import type { Moment } from '@haven/query';

import { prunedStatement, refusePruned } from './pruned-versions.js';

/**
 * Runs a statement that reads records of a collection. A read of the past uses the primary, because a replica may not
 * have reached that point in time yet. It fails with `HISTORY_PRUNED` if versions of that time have been deleted.
 */
export async function readSelection(
  uow: UnitOfWork,
  caller: Caller,
  collectionId: number,
  statement: Statement,
  moment: Moment | undefined,
  isLong = true,
): Promise<TextRow[]> {
  if (!moment) return uow.read(caller, statement, { isLong, mayLag: true });
  const [rows = [], pruned = []] = await uow.query(caller, statement, prunedStatement(collectionId, moment));
  refusePruned(pruned);
  return rows;
}
