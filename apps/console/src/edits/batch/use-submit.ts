import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { UseMutationResult } from '@tanstack/react-query';

import { useSession } from '../../session/session.js';
import { isEqual } from '../../values/diff.js';
import { effectsOf, predictAgain } from './dry-run.js';
import type { Prediction } from './dry-run.js';
import { useApply } from './use-apply.js';

/** How a submission ended; `refused` if a new dry run has found problems. */
export type Submission = 'applied' | 'other effects' | 'refused';

/**
 * Returns a mutation that applies the drafts of a review. If they delete records, they are tried once more before: the
 * user has to have seen which other records are deleted with them, and Undo has to know.
 */
export function useSubmit(onApplied: () => void): UseMutationResult<Submission, Error, Prediction> {
  const { haven } = useSession();
  const queries = useQueryClient();
  const apply = useApply();
  return useMutation({
    mutationFn: async (seen: Prediction): Promise<Submission> => {
      const { drafts } = seen;
      const effects = effectsOf(seen);
      if (drafts.some(({ op }) => op === 'delete')) {
        const newest = await predictAgain(queries, haven, drafts);
        if (newest.failures.size > 0) return 'refused';
        if (!isEqual(effectsOf(newest), effects)) return 'other effects';
      }
      await apply.mutateAsync({ drafts, effects });
      return 'applied';
    },
    onSuccess: (result) => {
      if (result === 'applied') onApplied();
    },
  });
}
