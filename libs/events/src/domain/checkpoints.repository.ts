import type { Caller } from '@haven/kernel';

import type { Checkpoint } from './checkpoint.js';

/** The checkpoints of the caller's tenant. */
export abstract class CheckpointsRepository {
  /** Returns the newest checkpoint, or null. */
  abstract latest(caller: Caller): Promise<Checkpoint | null>;
  /** Returns up to `limit` checkpoints with numbers greater than `after`, in ascending order. */
  abstract list(caller: Caller, after: number, limit: number): Promise<Checkpoint[]>;
}
