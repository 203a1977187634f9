import { sha256 } from '@haven/kernel';

const LEAF = Buffer.from([0]);
const NODE = Buffer.from([1]);

/**
 * Computes the root of a Merkle tree (RFC 9162 §2.1.1, as in RFC 6962) while leaves are added. Stores only the roots of
 * complete subtrees, so the memory that it uses grows with the logarithm of the number of leaves.
 */
export class MerkleTree {
  private size = 0;
  /** Roots of complete subtrees, largest first: one for each bit that is set in `size`. */
  private readonly roots: Buffer[] = [];

  add(leaf: Buffer): void {
    let root = hashOf(LEAF, leaf);
    for (let rest = this.size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      root = hashOf(NODE, this.roots.pop() ?? root, root);
    }
    this.roots.push(root);
    this.size += 1;
  }

  /** Returns the root; without leaves, the hash of the empty string. */
  root(): Buffer {
    const last = this.roots.at(-1);
    if (!last) return hashOf();
    return this.roots.slice(0, -1).reduceRight((right, left) => hashOf(NODE, left, right), last);
  }
}

function hashOf(...parts: Buffer[]): Buffer {
  return sha256(Buffer.concat(parts));
}
