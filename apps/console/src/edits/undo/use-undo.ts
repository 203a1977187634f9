import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { QueryClient, UseMutationResult } from '@tanstack/react-query';

import type { AnySchema, HavenClient } from 'haven-records';

import { collectionsQuery } from '../../api/collections.js';
import { readAgain } from '../../api/records-changed.js';
import { useSession } from '../../session/session.js';
import { notify, notifyError } from '../../ui/feedback/notify.js';
import { countOf } from '../../values/numbers.js';
import { storedApplied } from '../batch/applied.js';
import type { Applied } from '../batch/applied.js';
import { isFinal } from '../batch/attempt.js';
import type { BatchOperation } from '../batch/operations.js';
import { withStates } from '../batch/record-states.js';
import type { Step } from '../batch/steps.js';
import { recordOf, withDrafts } from '../drafts/draft.js';
import { storedDrafts } from '../drafts/drafts.js';
import { undoDraftOf, undoOf } from './undo.js';

/** The outcome of an undo: it was refused if it is queued. */
export type UndoResult = 'undone' | 'queued';

/**
 * Returns a mutation that undoes an application of drafts. If Haven refuses it, such as because one of the records has
 * changed since, nothing is undone, and the drafts that would undo it are queued for a review, which shows why.
 */
export function useUndo(
  onQueued: () => void,
): UseMutationResult<UndoResult, Error, Applied & { steps: readonly Step[] }> {
  const { haven, caller } = useSession();
  const queries = useQueryClient();
  const { tenant } = caller;
  return useMutation({
    mutationFn: async (applied): Promise<UndoResult> => {
      const { steps, idempotencyKey, undo } = applied;
      const operations = undo ?? (await operationsOf(haven, queries, steps));
      storedApplied.write(tenant, { ...applied, undo: operations });
      try {
        if (operations.length > 0) {
          const request = { method: 'POST', path: '/api/v1/batch', body: { operations } };
          await haven.request(request, { idempotencyKey });
        }
      } catch (error) {
        if (!isFinal(error)) throw error;
        await queueUndo(haven, tenant, steps);
        return 'queued';
      }
      storedApplied.write(tenant, null);
      return 'undone';
    },
    onSuccess: (result, { count }) => {
      if (result === 'undone') notify(`${countOf(count, 'change')} undone.`);
      else onQueued();
    },
    onError: (error: Error) => notifyError(error),
    onSettled: () => readAgain(queries),
  });
}

/** Returns the operations that undo the steps. */
async function operationsOf(
  haven: HavenClient<AnySchema>,
  queries: QueryClient,
  steps: readonly Step[],
): Promise<BatchOperation[]> {
  const collections = await queries.fetchQuery(collectionsQuery(haven));
  const limited = new Set(collections.filter(({ history }) => history !== null).map(({ name }) => name));
  const complete = await Promise.all(steps.map((step) => completeDeletion(haven, step)));
  return complete.flatMap((step) => undoOf(step, !limited.has(step.collection)) ?? []);
}

/** Reads the data of a record that a deletion has deleted as well: it is created again. */
async function completeDeletion(haven: HavenClient<AnySchema>, step: Step): Promise<Step> {
  return step.after.data === null && step.before.data === undefined ? withStates(haven, step) : step;
}

/** Queues the undo. Drafts that the user has made since stay as they are. */
async function queueUndo(haven: HavenClient<AnySchema>, tenant: string, steps: readonly Step[]): Promise<void> {
  const complete = await Promise.all(steps.map((step) => withStates(haven, step)));
  const drafts = storedDrafts.read(tenant);
  const newer = new Set(drafts.map(recordOf));
  const added = complete.flatMap((step) => undoDraftOf(step) ?? []).filter((draft) => !newer.has(recordOf(draft)));
  storedDrafts.write(tenant, withDrafts(drafts, added));
  storedApplied.write(tenant, null);
}
