import type { Statement, TextRow } from '@haven/database';
import { HavenError } from '@haven/kernel';
import type { Moment } from '@haven/query';

/**
 * Returns the statement that checks whether versions that were current at the given point in time have been deleted
 * (pruned). The caller must run it after the statement that reads the past, so that it also detects versions that are
 * pruned in between.
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

/** Throws `HISTORY_PRUNED` if the statement returned a row. */
export function refusePruned(found: readonly TextRow[]): void {
  if (found.length > 0) {
    throw new HavenError(
      'HISTORY_PRUNED',
      "The moment is before the oldest one that the collection's history setting keeps.",
    );
  }
}
