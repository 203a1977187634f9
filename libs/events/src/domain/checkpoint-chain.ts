import { checkpointHash } from './checkpoint.js';
import type { Checkpoint } from './checkpoint.js';

/**
 * Checks that checkpoints form a chain, and that they are equal to their exported copies. The caller must pass the
 * checkpoints in ascending order.
 */
export class CheckpointChain {
  private last: Checkpoint | null = null;
  private readonly expected: Map<number, Checkpoint>;

  constructor(exported: readonly Checkpoint[]) {
    this.expected = new Map(exported.map((checkpoint) => [checkpoint.number, checkpoint]));
  }

  /** Checks the next checkpoint. Returns the violation, or null. */
  next(checkpoint: Checkpoint): string | null {
    const { last } = this;
    const number = (last?.number ?? 0) + 1;
    this.last = checkpoint;
    if (checkpoint.number !== number) return `Checkpoint ${number} was removed.`;
    if (checkpointHash(checkpoint) !== checkpoint.hash) return `Checkpoint ${number} was altered.`;
    if (checkpoint.previous !== (last?.hash ?? null)) return `Checkpoint ${number} does not continue the previous one.`;
    if (checkpoint.firstSeq !== (last?.lastSeq ?? 0) + 1)
      return `Checkpoint ${number} does not start where the previous one ends.`;
    const exported = this.expected.get(number);
    this.expected.delete(number);
    return exported && exported.hash !== checkpoint.hash
      ? `Checkpoint ${number} is not the one that was exported.`
      : null;
  }

  /** Returns the violation if an exported checkpoint was not passed to `next`, or null. */
  end(): string | null {
    const [missing] = [...this.expected.keys()].toSorted((one, other) => one - other);
    return missing === undefined ? null : `Checkpoint ${missing} was removed: it was exported.`;
  }
}
