import type pg from 'pg';

import { sqlState } from '@haven/kernel';

import { FillBatch, UnbuildableIndex } from './index-fill-batch.js';
import { failIndex, finishIndexes, lockDeclared } from './index-outcome.js';
import { inIndexTransaction } from './index-work.js';
import type { BatchResult, IndexWork } from './index-work.js';

const UNIQUE_VIOLATION = '23505';

/**
 * Adds a batch of entries to an index, and to others of the collection that have come equally far, and makes them ready
 * after the last. `keysPerRecord` is the limit of this name; `onFailure` receives why an index is given up.
 */
export async function fillBatch(
  client: pg.Client,
  work: IndexWork,
  keysPerRecord: number,
  onFailure: (message: string) => void,
): Promise<BatchResult> {
  const attempt = (isAlone: boolean) => {
    const batch = new FillBatch(client, work, keysPerRecord, isAlone);
    return inIndexTransaction(client, work.tenant, () => batch.run());
  };
  try {
    const result = await attempt(false).catch((error: unknown) => {
      if (isDuplicate(error)) return attempt(true); // which says whether it is this index
      throw error;
    });
    return result === 'complete' ? await inIndexTransaction(client, work.tenant, () => finish(client, work)) : result;
  } catch (error) {
    const { index, problem } = reasonOf(error, work);
    onFailure(`Index ${index} of collection ${work.collection} could not be built: ${problem}`);
    return inIndexTransaction(client, work.tenant, () => failIndex(client, { ...work, index }, problem));
  }
}

/**
 * Makes the index ready, and those that are complete with it. The settings are locked first, in the order of requests
 * that change them, so everything is checked again.
 */
async function finish(client: pg.Client, work: IndexWork): Promise<BatchResult> {
  const declared = await lockDeclared(client, work.collection, 'shared');
  const ids = await new FillBatch(client, work, Infinity, false).completed();
  if (ids.length > 0) await finishIndexes(client, work.collection, declared, ids);
  return 'advanced';
}

/** Returns why an index cannot be built. Throws other errors again: the batch is then repeated. */
function reasonOf(error: unknown, { index }: IndexWork): { index: number; problem: string } {
  if (error instanceof UnbuildableIndex) return { index: error.index, problem: error.message };
  if (!isDuplicate(error)) throw error;
  return { index, problem: 'Some records have the same value. Change them, and declare the index again.' };
}

function isDuplicate(error: unknown): boolean {
  return sqlState(error) === UNIQUE_VIOLATION;
}
