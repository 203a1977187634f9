import { queryOptions } from '@tanstack/react-query';

import type { HavenClient } from 'haven-records';
import type { AnySchema } from 'haven-records';

import type { Page } from '../../../api/types.js';
import { CheckpointChain } from './checkpoint-chain.js';
import type { Checkpoint } from './checkpoint-chain.js';

/** Number of checkpoints per request; the most that Haven returns. */
const PAGE = 500;
const MINUTE_MS = 60_000;

/** Reads the newest checkpoint; null if there is none yet. */
export function newestCheckpointQuery(haven: HavenClient<AnySchema>) {
  return queryOptions({
    queryKey: ['audit'],
    queryFn: async ({ signal }) => {
      // Without a checkpoint, the newest one is not found, which browsers report as an error.
      const path = '/api/v1/audit/checkpoints';
      const { items } = await haven.request<Page<Checkpoint>>({ method: 'GET', path, query: { limit: 1 } }, { signal });
      if (items.length === 0) return null;
      return haven.request<Checkpoint>({ method: 'GET', path: '/api/v1/audit/checkpoint' }, { signal });
    },
    refetchInterval: MINUTE_MS, // Haven creates at most one a minute, unless there are thousands of changes
  });
}

/** The result of a verification. */
export interface Verification {
  /** Number of checkpoints that were checked. */
  checked: number;
  /** The newest one that was checked. */
  last: Checkpoint | null;
  violation: string | null;
}

/** Reads all checkpoints and checks them, until the first that is wrong. */
export async function verifyCheckpoints(
  haven: HavenClient<AnySchema>,
  saved: readonly Checkpoint[],
  { signal, onProgress }: { signal: AbortSignal; onProgress(checked: number): void },
): Promise<Verification> {
  const chain = new CheckpointChain(saved);
  let checked = 0;
  let last: Checkpoint | null = null;
  let after: string | undefined;
  do {
    const query = { limit: PAGE, after };
    const page = await haven.request<Page<Checkpoint>>(
      { method: 'GET', path: '/api/v1/audit/checkpoints', query },
      { signal },
    );
    for (const checkpoint of page.items) {
      const violation = await chain.next(checkpoint);
      if (violation !== null) return { checked, last, violation };
      checked += 1;
      last = checkpoint;
    }
    onProgress(checked);
    after = page.nextCursor ?? undefined;
  } while (after !== undefined);
  return { checked, last, violation: chain.end() };
}
