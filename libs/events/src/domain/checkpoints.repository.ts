import type { Caller } from '@haven/kernel';

import type { Checkpoint } from './checkpoint.js';

/** The checkpoints of the caller's tenant. */
export abstract class CheckpointsRepository {
  /** The newest, or null. */
  abstract latest(caller: Caller): Promise<Checkpoint | null>;
  /** Up to `limit` with numbers greater than `after`, in their order. */
  abstract list(caller: Caller, after: number, limit: number): Promise<Checkpoint[]>;
}
