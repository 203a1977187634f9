import type { Caller, KeysetRange } from '@haven/kernel';

import type { Checkpoint } from './checkpoint.js';

/** The checkpoints of the caller's tenant. */
export abstract class CheckpointsRepository {
  /** Returns the newest checkpoint, or null. */
  abstract latest(caller: Caller): Promise<Checkpoint | null>;
  /** Returns a range of the checkpoints, in ascending order of their numbers. */
  abstract list(caller: Caller, range: KeysetRange<number>): Promise<Checkpoint[]>;
}
