import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { SequencerWatermark } from './sequencer-watermark.js';

const parse = (watermark: string, done: string) =>
  SequencerWatermark.parse(watermark, done, { position: null, xid: null });

describe('Progress', () => {
  it('moves the watermark over what is done without a gap', () => {
    const progress = parse('0', '{}').with([1n, 2n, 4n]);
    expect([progress.watermark, progress.print()]).toEqual([2n, '{[4,4]}']);
    expect(progress.with([3n]).watermark).toBe(4n);
  });

  it('waits for a gap until every transaction that may fill it has ended', () => {
    const gap = parse('0', '{}').with([1n, 3n]).settled(90n, 100n);
    expect(gap.mark).toEqual({ position: 3n, xid: 100n });
    expect(gap.settled(99n, 120n).watermark).toBe(1n);
    expect(gap.settled(100n, 120n).watermark).toBe(3n);
  });

  it('gives up gaps that another cluster has left', () => {
    const gap = parse('0', '{}').with([1n, 3n]).settled(9_000n, 9_001n);
    expect(gap.settled(700n, 701n).watermark).toBe(3n);
  });

  it('reads what it prints, as PostgreSQL spells it', () => {
    expect(parse('7', '{[9,11),[15,16)}').print()).toBe('{[9,10],[15,15]}');
  });

  it('loses no position and takes none twice, whatever the order and the horizons', () => {
    const order = fc.shuffledSubarray(
      Array.from({ length: 30 }, (_, index) => BigInt(index + 1)),
      { minLength: 30 },
    );
    fc.assert(
      fc.property(
        order,
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 30, maxLength: 30 }),
        (positions, sizes) => {
          let progress = parse('0', '{}');
          const rest = [...positions];
          const seen = new Set<bigint>();
          // Each position is a transaction of its own that is under way until it is seen: its id is its position.
          for (const size of sizes) {
            const batch = rest.splice(0, size).sort((one, other) => (one < other ? -1 : 1));
            const fresh = batch.filter((position) => !isDone(progress, position));
            expect(fresh).toEqual(batch);
            batch.forEach((position) => seen.add(position));
            const oldest = rest.reduce((least, position) => (position < least ? position : least), 31n);
            progress = progress.with(batch).settled(oldest, 31n);
          }
          expect(rest.every((position) => !isDone(progress, position))).toBe(true);
          expect([...seen].every((position) => isDone(progress, position))).toBe(true);
        },
      ),
    );
  });
});

function isDone({ watermark, done }: SequencerWatermark, position: bigint): boolean {
  return position <= watermark || done.some(([from, to]) => from <= position && position <= to);
}
