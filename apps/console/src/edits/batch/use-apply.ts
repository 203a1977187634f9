import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { UseMutationResult } from '@tanstack/react-query';

import { readAgain } from '../../api/records-changed.js';
import { useSession } from '../../session/session.js';
import type { Draft } from '../drafts/draft.js';
import { storedDrafts } from '../drafts/drafts.js';
import { storedApplied } from './applied.js';
import { isFinal, newKey, storedAttempt } from './attempt.js';
import type { Attempt } from './attempt.js';
import { operationsOf } from './operations.js';
import type { BatchResponse, Effects } from './operations.js';
import { stepsOf, withoutApplied } from './steps.js';

/** Drafts to apply, with the effects that the user has seen. */
export interface Application {
  drafts: readonly Draft[];
  effects: Effects;
}

/** Returns a mutation that applies drafts, or sends again those whose result is not known. */
export function useApply(): UseMutationResult<Attempt, Error, Application | Attempt> {
  const { haven, caller } = useSession();
  const queries = useQueryClient();
  const { tenant } = caller;
  return useMutation({
    mutationFn: async (application: Application | Attempt) => {
      const attempt = 'idempotencyKey' in application ? application : { ...application, idempotencyKey: newKey() };
      const { drafts, effects, idempotencyKey } = attempt;
      storedAttempt.write(tenant, attempt);
      try {
        const request = { method: 'POST', path: '/api/v1/batch', body: { operations: operationsOf(drafts) } };
        const { results } = await haven.request<BatchResponse>(request, { idempotencyKey });
        storedApplied.write(tenant, {
          count: drafts.length,
          at: new Date().toISOString(),
          steps: stepsOf(drafts, results, effects),
          idempotencyKey: newKey(),
        });
        storedDrafts.write(tenant, withoutApplied(storedDrafts.read(tenant), drafts, results));
      } catch (error) {
        if (isFinal(error)) storedAttempt.write(tenant, null);
        throw error;
      }
      storedAttempt.write(tenant, null);
      return attempt;
    },
    onSettled: () => readAgain(queries),
  });
}
