import { createHash } from 'node:crypto';

const LEAF = Buffer.from([0]);
const NODE = Buffer.from([1]);

/**
 * The root of a Merkle tree (RFC 9162 §2.1.1, as RFC 6962 before it) over leaves that come one after the other. It remembers the
 * roots of the complete subtrees alone, so its size is the logarithm of their number.
 */
export class MerkleTree {
  private size = 0;
  /** Roots of complete subtrees from the largest to the smallest, as the bits of `size` say. */
  private readonly roots: Buffer[] = [];

  add(leaf: Buffer): void {
    let root = sha256(LEAF, leaf);
    for (let rest = this.size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      root = sha256(NODE, this.roots.pop() ?? root, root);
    }
    this.roots.push(root);
    this.size += 1;
  }

  /** Of no leaves, the hash of nothing. */
  root(): Buffer {
    const last = this.roots.at(-1);
    if (!last) return sha256();
    return this.roots.slice(0, -1).reduceRight((right, left) => sha256(NODE, left, right), last);
  }
}

function sha256(...parts: Buffer[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
