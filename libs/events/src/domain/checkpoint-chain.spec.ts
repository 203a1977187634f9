import { describe, expect, it } from 'vitest';

import { checkpointOf } from './checkpoint.js';
import type { Checkpoint } from './checkpoint.js';
import { CheckpointChain } from './checkpoint-chain.js';

/** Creates a valid chain of checkpoints that cover ten events each. */
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

/** Returns the first violation in the chain. */
function firstViolation(checkpoints: readonly Checkpoint[], exported: readonly Checkpoint[] = []): string | null {
  const chain = new CheckpointChain(exported);
  for (const checkpoint of checkpoints) {
    const violation = chain.next(checkpoint);
    if (violation !== null) return violation;
  }
  return chain.end();
}

describe('a chain of checkpoints', () => {
  const [first, second, third] = chainOf(3) as [Checkpoint, Checkpoint, Checkpoint];

  it('is valid if each checkpoint continues the previous one', () => {
    expect(firstViolation([first, second, third])).toBeNull();
    expect(firstViolation([])).toBeNull();
  });

  it('detects a removed checkpoint', () => {
    expect(firstViolation([first, third])).toBe('Checkpoint 2 was removed.');
    expect(firstViolation([first], [second])).toBe('Checkpoint 2 was removed: it was exported.');
  });

  it('detects an altered checkpoint', () => {
    expect(firstViolation([first, { ...second, root: 'other' }])).toBe('Checkpoint 2 was altered.');
  });

  it('detects a replaced checkpoint with a valid hash', () => {
    const replaced = checkpointOf({ ...second, previous: 'other' });
    expect(firstViolation([first, replaced])).toBe('Checkpoint 2 does not continue the previous one.');
    const later = checkpointOf({ ...second, firstSeq: 12 });
    expect(firstViolation([first, later])).toBe('Checkpoint 2 does not start where the previous one ends.');
  });

  it('is compared with exported checkpoints', () => {
    expect(firstViolation([first, second], [first, second])).toBeNull();
    const forged = checkpointOf({ ...first, root: 'other' });
    expect(firstViolation([forged], [first])).toBe('Checkpoint 1 is not the one that was exported.');
  });
});
