import { HavenError } from '@haven/kernel';
import type { Statement, TextRow } from '@haven/platform';

import type { Moment } from '../domain/query/moment.js';

/**
 * Whether something has been pruned that was current at the moment. To be asked after the past was read: what is pruned in
 * between is then noticed, and never silently missing.
 */
export function prunedStatement(collectionId: number, moment: Moment): Statement {
  const [kind, condition, value] =
    'time' in moment
      ? ['time', 'pruned_before > $2::timestamptz', moment.time]
      : ['seq', 'pruned_through > $2::bigint', moment.seq];
  return {
    name: `history.pruned.${kind}`,
    text: `SELECT FROM haven.collections WHERE tenant_id = haven.current_tenant() AND id = $1 AND ${condition}`,
    values: [collectionId, value],
  };
}

/** `HISTORY_PRUNED` if the statement found that. */
export function refusePruned(found: readonly TextRow[]): void {
  if (found.length > 0) {
    throw new HavenError('HISTORY_PRUNED', "The moment lies before what the collection's history setting keeps.");
  }
}
