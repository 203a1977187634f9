import { useQuery } from '@tanstack/react-query';
import type { QueryClient, UseQueryResult } from '@tanstack/react-query';

import { HavenError } from 'haven-records';
import type { AnySchema, HavenClient } from 'haven-records';

import { useSession } from '../../session/session.js';
import type { Draft } from '../drafts/draft.js';
import { failuresOf } from './failures.js';
import type { Failures } from './failures.js';
import { operationsOf } from './operations.js';
import type { DryRunResponse, Effects } from './operations.js';

/** The result of applying the drafts now. */
export interface Prediction {
  drafts: readonly Draft[];
  /** The response, or undefined if Haven would refuse the drafts or has not tried them. */
  response?: DryRunResponse;
  /** Empty if Haven would apply the drafts. */
  failures: Failures;
  /** Why the drafts were not tried, such as that it takes too long. */
  untried?: HavenError;
}

const numbers = new WeakMap<readonly Draft[], number>();
let last = 0;

/** Identifies a list of drafts. Its JSON may have megabytes, so it is not part of the key. */
function numberOf(drafts: readonly Draft[]): number {
  const number = numbers.get(drafts) ?? (last += 1);
  numbers.set(drafts, number);
  return number;
}

/** Tries the drafts without changing anything, if the caller may apply them. */
export function usePrediction(drafts: readonly Draft[]): UseQueryResult<Prediction> {
  const { haven, may } = useSession();
  const enabled = drafts.every(({ collection }) => may('records:write', collection));
  return useQuery({ ...predictionOf(haven, drafts), enabled });
}

/** Tries the drafts again, because other clients may have changed records in between. */
export function predictAgain(
  queries: QueryClient,
  haven: HavenClient<AnySchema>,
  drafts: readonly Draft[],
): Promise<Prediction> {
  return queries.fetchQuery({ ...predictionOf(haven, drafts), staleTime: 0 });
}

/** Returns the changes of other records that the deletions would cause. */
export function effectsOf({ response, drafts }: Prediction): Effects {
  if (!response) return drafts.some(({ op }) => op === 'delete') ? null : [];
  const { changes, count } = response.dryRun;
  return count > changes.length ? null : changes.filter(({ cause }) => cause !== null);
}

function predictionOf(haven: HavenClient<AnySchema>, drafts: readonly Draft[]) {
  return {
    queryKey: ['batch', 'dry run', numberOf(drafts)],
    queryFn: ({ signal }: { signal: AbortSignal }) => predict(haven, drafts, signal),
    staleTime: 30_000,
    gcTime: 60_000,
  };
}

async function predict(
  haven: HavenClient<AnySchema>,
  drafts: readonly Draft[],
  signal: AbortSignal,
): Promise<Prediction> {
  const body = { operations: operationsOf(drafts) };
  try {
    const request = { method: 'POST', path: '/api/v1/batch', body };
    const response = await haven.request<DryRunResponse>(request, { dryRun: true, signal });
    return { drafts, response, failures: new Map() };
  } catch (error) {
    const failures = failuresOf(error);
    if (failures) return { drafts, failures };
    if (error instanceof HavenError && error.code === 'QUERY_TIMEOUT')
      return { drafts, failures: new Map(), untried: error };
    throw error;
  }
}
