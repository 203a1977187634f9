import { describe, expect, it } from 'vitest';

import { CheckpointChain, checkpointHash } from './checkpoint-chain.js';
import type { Checkpoint } from './checkpoint-chain.js';

/** Returns checkpoints that form a chain. */
async function chainOf(length: number): Promise<Checkpoint[]> {
  const chain: Checkpoint[] = [];
  for (let number = 1; number <= length; number += 1) {
    const checkpoint = {
      tenant: '00000000-0000-7000-8000-000000000000',
      number,
      firstSeq: number * 10 - 9,
      lastSeq: number * 10,
      root: String(number).repeat(64),
      previous: chain.at(-1)?.hash ?? null,
      at: '2026-11-30T05:59:53.717Z',
      hash: '',
    };
    chain.push({ ...checkpoint, hash: await checkpointHash(checkpoint) });
  }
  return chain;
}

async function violationOf(chain: readonly Checkpoint[], saved: readonly Checkpoint[] = []): Promise<string | null> {
  const check = new CheckpointChain(saved);
  for (const checkpoint of chain) {
    const violation = await check.next(checkpoint);
    if (violation !== null) return violation;
  }
  return check.end();
}

describe('checkpoints', () => {
  it('have the hash that the server computes', async () => {
    const checkpoint = {
      tenant: '00000000-0000-7000-8000-000000000000',
      number: 1,
      firstSeq: 1,
      lastSeq: 1000,
      root: 'ffbe909fdf4901876fbcfaf9c3e9993d1b2c25cef908240ce0cf4c79cd9a054b',
      previous: null,
      at: '2026-11-30T05:59:53.717Z',
      hash: 'caf0c05dc6afe913991ce362577e5204708a5c4837ba15777909b90423fe2417',
    };
    expect(await checkpointHash(checkpoint)).toBe(checkpoint.hash);
  });

  it('are accepted if they form a chain and equal the saved ones', async () => {
    const chain = await chainOf(3);
    expect(await violationOf(chain)).toBeNull();
    expect(await violationOf(chain, chain.slice(1))).toBeNull();
  });

  it('are refused if one was altered or removed', async () => {
    const [first, second, third] = await chainOf(3);
    if (!first || !second || !third) throw new Error('Three checkpoints are needed.');
    expect(await violationOf([first, { ...second, lastSeq: 19 }])).toBe('Checkpoint 2 was altered.');
    expect(await violationOf([first, third])).toBe('Checkpoint 2 was removed.');
    expect(await violationOf([first, second], [third])).toBe('Checkpoint 3 was removed: it is in the saved file.');
  });

  it('are refused if the chain is not the one that was saved', async () => {
    const chain = await chainOf(1);
    const forged = await chainOf(1).then(([first]) => (first ? [{ ...first, root: 'f'.repeat(64) }] : []));
    const [saved] = forged;
    if (!saved) throw new Error('A checkpoint is needed.');
    saved.hash = await checkpointHash(saved);
    expect(await violationOf(chain, forged)).toBe('Checkpoint 1 is not the one that was saved.');
  });
});
