import { readFile } from 'node:fs/promises';

import { checkpointHash } from '@haven/events';
import type { Checkpoint } from '@haven/events';

import { StartError } from './start-error.js';

/** Checkpoints out of a file: one, a list of them, or a page as `GET /api/v1/audit/checkpoints` answers it. */
export async function readCheckpoints(file: string): Promise<Checkpoint[]> {
  const given = await readCheckpointLines(file);
  const list: unknown[] = Array.isArray(given) ? given : hasItems(given) ? given.items : [given];
  if (!list.every(isCheckpoint)) throw new StartError(`${file} holds something that is no checkpoint.`);
  if (list.length === 0) throw new StartError(`${file} holds no checkpoint to compare with.`);
  const altered = list.find((checkpoint) => checkpointHash(checkpoint) !== checkpoint.hash);
  if (altered) throw new StartError(`Checkpoint ${altered.number} in ${file} does not have the hash it says.`);
  return list;
}

async function readCheckpointLines(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`The checkpoints can not be read: ${reason}`, { cause: error });
  }
}

function hasItems(value: unknown): value is { items: unknown[] } {
  return typeof value === 'object' && value !== null && 'items' in value && Array.isArray(value.items);
}

function isCheckpoint(value: unknown): value is Checkpoint {
  if (typeof value !== 'object' || value === null) return false;
  const { tenant, number, hash } = value as Partial<Record<keyof Checkpoint, unknown>>; // what is asked of it next
  return typeof tenant === 'string' && typeof number === 'number' && typeof hash === 'string';
}
