import { readFile } from 'node:fs/promises';

import { checkpointHash } from '@haven/events';
import type { Checkpoint } from '@haven/events';

import { StartError } from './start-error.js';

/**
 * Reads checkpoints from a file that contains a single checkpoint, an array of them, or a page as `GET
 * /api/v1/audit/checkpoints` returns it.
 */
export async function readCheckpoints(file: string): Promise<Checkpoint[]> {
  const content = await readCheckpointFile(file);
  const list: unknown[] = Array.isArray(content) ? content : hasItems(content) ? content.items : [content];
  if (!list.every(isCheckpoint)) throw new StartError(`${file} contains something that is not a checkpoint.`);
  if (list.length === 0) throw new StartError(`${file} contains no checkpoint to compare with.`);
  const altered = list.find((checkpoint) => checkpointHash(checkpoint) !== checkpoint.hash);
  if (altered) throw new StartError(`The hash of checkpoint ${altered.number} in ${file} does not match its content.`);
  return list;
}

async function readCheckpointFile(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`The checkpoints cannot be read: ${reason}`, { cause: error });
  }
}

function hasItems(value: unknown): value is { items: unknown[] } {
  return typeof value === 'object' && value !== null && 'items' in value && Array.isArray(value.items);
}

function isCheckpoint(value: unknown): value is Checkpoint {
  if (typeof value !== 'object' || value === null) return false;
  const { tenant, number, hash } = value as Partial<Record<keyof Checkpoint, unknown>>; // checked below
  return typeof tenant === 'string' && typeof number === 'number' && typeof hash === 'string';
}
