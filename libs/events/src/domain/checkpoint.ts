import { canonicalHash } from './canonical.js';

/** The content of a checkpoint over a tenant's feed. Hashes are in hexadecimal. */
export interface CheckpointFacts {
  readonly tenant: string;
  /** Starts at 1, without gaps. */
  readonly number: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Root of the Merkle tree over the hashes of the events from `firstSeq` to `lastSeq`. */
  readonly root: string;
  /** Hash of the previous checkpoint; null for the first. */
  readonly previous: string | null;
  /** RFC 3339, UTC, milliseconds. */
  readonly at: string;
}

/** A checkpoint with its own hash, which the next one contains. */
export interface Checkpoint extends CheckpointFacts {
  readonly hash: string;
}

/** Returns a checkpoint with its hash: the SHA-256 of the canonical form (RFC 8785) of its content. */
export function checkpointOf(facts: CheckpointFacts): Checkpoint {
  return { ...facts, hash: checkpointHash(facts) };
}

/** Computes the hash of a checkpoint from its content. */
export function checkpointHash({ tenant, number, firstSeq, lastSeq, root, previous, at }: CheckpointFacts): string {
  return canonicalHash({ tenant, number, firstSeq, lastSeq, root, previous, at }).toString('hex');
}
