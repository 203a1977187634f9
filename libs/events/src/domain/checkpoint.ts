import { canonicalHash } from './canonical.js';

/** What a checkpoint says of a tenant's feed; hashes are in hexadecimal. */
export interface CheckpointFacts {
  readonly tenant: string;
  /** 1, 2, 3 …, without gaps. */
  readonly number: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Root of the Merkle tree over the hashes of these events, in their order. */
  readonly root: string;
  /** Hash of the checkpoint before; null for the first. */
  readonly previous: string | null;
  /** RFC 3339, UTC, milliseconds. */
  readonly at: string;
}

/** A checkpoint with its own hash, which the next one carries on. */
export interface Checkpoint extends CheckpointFacts {
  readonly hash: string;
}

/** Closes a checkpoint: its hash is SHA-256 of the canonical form (RFC 8785) of all the rest. */
export function checkpointOf(facts: CheckpointFacts): Checkpoint {
  return { ...facts, hash: checkpointHash(facts) };
}

/** The hash a checkpoint must have. */
export function checkpointHash({ tenant, number, firstSeq, lastSeq, root, previous, at }: CheckpointFacts): string {
  return canonicalHash({ tenant, number, firstSeq, lastSeq, root, previous, at }).toString('hex');
}
