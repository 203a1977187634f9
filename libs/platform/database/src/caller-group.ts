import type { Caller } from '@haven/kernel';

import { recordPrimaryLsn } from './log-position.js';

/**
 * Returns a caller for statements that several callers of one tenant share. A round trip of theirs is recorded in the
 * trace of each caller. The position in the log is read if one of them needs it.
 */
export function groupOf(callers: readonly Caller[]): Caller {
  const [first] = callers;
  if (!first || callers.some(({ tenantId }) => tenantId !== first.tenantId)) {
    throw new Error('A group has callers of one tenant.');
  }
  if (callers.length === 1) return first;
  const { tenantId, actor, traceId, access } = first;
  return {
    ...{ tenantId, actor, traceId, access },
    ...(callers.some(({ consistency }) => consistency) && {
      consistency: { position: 0n, primary: 0n, pinned: false },
    }),
    trace: {
      recordStatement: (...statement) => {
        for (const { trace } of callers) trace?.recordStatement(...statement);
      },
    },
  };
}

/** Advances the position of one caller to what the statements of its group have written. */
export function shareWritten(group: Caller, { consistency }: Caller): void {
  if (consistency && group.consistency) recordPrimaryLsn(consistency, group.consistency.primary);
}
