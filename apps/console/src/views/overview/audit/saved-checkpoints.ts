import { isObject } from '../../../values/diff.js';
import type { Checkpoint } from './checkpoint-chain.js';

/** Reads the checkpoints of a file: one checkpoint, a list, or a page as the API returns it. */
export function readSavedCheckpoints(text: string, tenant: string): Checkpoint[] {
  const value = parsed(text);
  const list: unknown = isObject(value) && 'items' in value ? value['items'] : value;
  const checkpoints = (Array.isArray(list) ? list : [list]).map(checkedCheckpoint);
  if (checkpoints.length === 0) throw new Error('The file contains no checkpoint.');
  if (checkpoints.some((checkpoint) => checkpoint.tenant !== tenant))
    throw new Error('The file contains checkpoints of another tenant.');
  return checkpoints;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error('The file is not valid JSON.', { cause: error });
  }
}

function checkedCheckpoint(value: unknown): Checkpoint {
  if (
    isObject(value) &&
    ['tenant', 'hash'].every((name) => typeof value[name] === 'string') &&
    typeof value['number'] === 'number'
  )
    return value as Checkpoint; // a saved checkpoint is compared by these members only
  throw new Error('The file is not one of checkpoints: each needs `tenant`, `number` and `hash`.');
}
