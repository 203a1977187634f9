import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { MerkleTree } from './merkle-tree.js';

/**
 * The test vectors of RFC 6962's reference implementation: eight leaves, and the roots over the first 1 to 8 of them.
 */
const INPUTS = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map(
  (hex) => Buffer.from(hex, 'hex'),
);
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

describe('MerkleTree', () => {
  it('computes the roots of the published test vectors', () => {
    const tree = new MerkleTree();
    const roots = INPUTS.map((leaf) => {
      tree.add(leaf);
      return tree.root().toString('hex');
    });
    expect(roots).toEqual(ROOTS);
  });

  it('computes the same root as the definition, for every size up to 70', () => {
    const leaves = Array.from({ length: 70 }, (_, index) => Buffer.from([index]));
    const tree = new MerkleTree();
    leaves.forEach((leaf, index) => {
      tree.add(leaf);
      expect(tree.root()).toEqual(rootByDefinition(leaves.slice(0, index + 1)));
    });
  });

  it('has the hash of the empty string as its root without leaves', () => {
    expect(new MerkleTree().root()).toEqual(createHash('sha256').digest());
  });
});

/** The recursive definition of the RFC: splits at the largest power of two below the number of leaves. */
function rootByDefinition(leaves: Buffer[]): Buffer {
  const [only] = leaves;
  if (only && leaves.length === 1)
    return createHash('sha256')
      .update(Buffer.from([0]))
      .update(only)
      .digest();
  const half = 2 ** Math.floor(Math.log2(leaves.length - 1));
  const [left, right] = [rootByDefinition(leaves.slice(0, half)), rootByDefinition(leaves.slice(half))];
  return createHash('sha256')
    .update(Buffer.from([1]))
    .update(left)
    .update(right)
    .digest();
}
