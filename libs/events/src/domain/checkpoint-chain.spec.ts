import { describe, expect, it } from 'vitest';

import { checkpointOf } from './checkpoint.js';
import type { Checkpoint } from './checkpoint.js';
import { CheckpointChain } from './checkpoint-chain.js';

/** Checkpoints that continue each other, of ten events each. */
function chainOf(length: number): Checkpoint[] {
  const all: Checkpoint[] = [];
  for (let number = 1; number <= length; number++) {
    const previous = all.at(-1)?.hash ?? null;
    const [firstSeq, lastSeq] = [number * 10 - 9, number * 10];
    const at = '2026-01-01T00:00:00.000Z';
    all.push(checkpointOf({ tenant: 'tenant', number, firstSeq, lastSeq, root: `${number}`, previous, at }));
  }
  return all;
}

/** The first thing that is wrong with the checkpoints, up to their end. */
function flawIn(checkpoints: readonly Checkpoint[], exported: readonly Checkpoint[] = []): string | null {
  const chain = new CheckpointChain(exported);
  for (const checkpoint of checkpoints) {
    const flaw = chain.next(checkpoint);
    if (flaw !== null) return flaw;
  }
  return chain.end();
}

describe('a chain of checkpoints', () => {
  const [first, second, third] = chainOf(3) as [Checkpoint, Checkpoint, Checkpoint];

  it('holds where each continues the one before', () => {
    expect(flawIn([first, second, third])).toBeNull();
    expect(flawIn([])).toBeNull();
  });

  it('shows a checkpoint that was removed', () => {
    expect(flawIn([first, third])).toBe('Checkpoint 2 was removed.');
    expect(flawIn([first], [second])).toBe('Checkpoint 2 was removed: it was exported.');
  });

  it('shows a checkpoint that was altered', () => {
    expect(flawIn([first, { ...second, root: 'other' }])).toBe('Checkpoint 2 was altered.');
  });

  it('shows one that was made anew, with a hash that fits', () => {
    const anew = checkpointOf({ ...second, previous: 'other' });
    expect(flawIn([first, anew])).toBe('Checkpoint 2 does not continue the one before.');
    const later = checkpointOf({ ...second, firstSeq: 12 });
    expect(flawIn([first, later])).toBe('Checkpoint 2 does not begin where the one before ends.');
  });

  it('is compared with what was exported', () => {
    expect(flawIn([first, second], [first, second])).toBeNull();
    const forged = checkpointOf({ ...first, root: 'other' });
    expect(flawIn([forged], [first])).toBe('Checkpoint 1 is not the one that was exported.');
  });
});
