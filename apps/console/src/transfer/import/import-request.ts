import { ConnectionError, HavenError } from 'haven-records';

import { openResponse } from '../../api/open.js';
import type { components } from '../../api/openapi.js';
import { collectionApiPath } from '../../api/paths.js';
import type { ImportPlan } from './plan.js';

export type ImportReport = components['schemas']['ImportReport'];

/** Sends lines of NDJSON to a collection. */
export interface ImportTarget {
  collection: string;
  plan: Pick<ImportPlan, 'shape' | 'upsertBy'>;
  key: string | null;
  signal: AbortSignal;
}

/** How lines are imported. */
export interface ImportOptions {
  dryRun?: true;
  atomic?: true;
  /** A request that is sent again with the same key is executed once. */
  idempotencyKey?: string;
}

/** Attempts before the user is asked whether to go on. */
const ATTEMPTS = 6;

/** Sends lines, again if the server is busy or was not reached. */
export async function sendLines(
  { collection, plan, key, signal }: ImportTarget,
  body: string | Blob,
  { dryRun, atomic, idempotencyKey }: ImportOptions,
): Promise<ImportReport> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const response = await openResponse({
        method: 'POST',
        path: `${collectionApiPath(collection)}/import`,
        query: {
          shape: plan.shape,
          upsertBy: plan.upsertBy ?? undefined,
          dryRun: dryRun && 'true',
          atomic: atomic && 'true',
        },
        headers: {
          'content-type': 'application/x-ndjson',
          ...(idempotencyKey !== undefined && { 'idempotency-key': `"${idempotencyKey}"` }),
        },
        body,
        key,
        signal,
      });
      return (await response.json()) as ImportReport; // as the API documents it
    } catch (error) {
      const delay = delayAfter(error, attempt);
      // A dry run that takes too long takes too long again.
      const isTooLong = dryRun && error instanceof HavenError && error.code === 'QUERY_TIMEOUT';
      if (signal.aborted || delay === undefined || isTooLong || attempt === ATTEMPTS) throw error;
      await wait(delay, signal);
    }
  }
}

/** Returns the seconds after which the request can succeed; undefined if it cannot. */
function delayAfter(error: unknown, attempt: number): number | undefined {
  if (error instanceof ConnectionError) return 2 ** (attempt - 1);
  if (!(error instanceof HavenError)) return undefined;
  const isTemporary = [429, 502, 503, 504].includes(error.status) || error.code === 'IDEMPOTENCY_IN_FLIGHT';
  return isTemporary ? Math.min(error.retryAfter ?? 2 ** (attempt - 1), 60) : undefined;
}

function wait(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1_000);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason instanceof Error ? signal.reason : new Error('Cancelled.'));
    });
  });
}
