import type { components } from '../../../api/openapi.js';
import { hexOf } from '../../../values/hex.js';

export type Checkpoint = components['schemas']['AuditCheckpoint'];

/** Computes the hash of a checkpoint: SHA-256 of the canonical form (RFC 8785) of its other members. */
export async function checkpointHash(checkpoint: Checkpoint): Promise<string> {
  const { tenant, number, firstSeq, lastSeq, root, previous, at } = checkpoint;
  // The members are in the order of their names. Strings and integers have the same form in JSON and RFC 8785.
  const text = JSON.stringify({ at, firstSeq, lastSeq, number, previous, root, tenant });
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return hexOf(new Uint8Array(digest));
}

/** Checks that checkpoints form a chain, and that they are equal to copies that were saved earlier. */
export class CheckpointChain {
  private last: Checkpoint | null = null;
  private readonly saved: Map<number, Checkpoint>;

  constructor(saved: readonly Checkpoint[]) {
    this.saved = new Map(saved.map((checkpoint) => [checkpoint.number, checkpoint]));
  }

  /** Checks the next checkpoint, in ascending order. Returns the violation, or null. */
  async next(checkpoint: Checkpoint): Promise<string | null> {
    const { last } = this;
    const number = (last?.number ?? 0) + 1;
    this.last = checkpoint;
    if (checkpoint.number !== number) return `Checkpoint ${number} was removed.`;
    if ((await checkpointHash(checkpoint)) !== checkpoint.hash) return `Checkpoint ${number} was altered.`;
    if (checkpoint.previous !== (last?.hash ?? null)) return `Checkpoint ${number} does not continue the previous one.`;
    if (checkpoint.firstSeq !== (last?.lastSeq ?? 0) + 1)
      return `Checkpoint ${number} does not start where the previous one ends.`;
    const saved = this.saved.get(number);
    this.saved.delete(number);
    return saved && saved.hash !== checkpoint.hash ? `Checkpoint ${number} is not the one that was saved.` : null;
  }

  /** Returns the violation if a saved checkpoint was not passed to `next`, or null. */
  end(): string | null {
    const [missing] = [...this.saved.keys()].toSorted((one, other) => one - other);
    return missing === undefined ? null : `Checkpoint ${missing} was removed: it is in the saved file.`;
  }
}
