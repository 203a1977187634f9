import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { SequencerWatermark } from './sequencer-watermark.js';

const parse = (watermark: string, done: string) =>
  SequencerWatermark.parse(watermark, done, { position: null, xid: null });

describe('SequencerWatermark', () => {
  it('advances over positions without a gap', () => {
    const state = parse('0', '{}').with([1n, 2n, 4n]);
    expect([state.watermark, state.print()]).toEqual([2n, '{[4,4]}']);
    expect(state.with([3n]).watermark).toBe(4n);
  });

  it('stops at a gap until every transaction that may fill it has ended', () => {
    const gap = parse('0', '{}').with([1n, 3n]).settled(90n, 100n);
    expect(gap.mark).toEqual({ position: 3n, xid: 100n });
    expect(gap.settled(99n, 120n).watermark).toBe(1n);
    expect(gap.settled(100n, 120n).watermark).toBe(3n);
  });

  it('skips gaps of the cluster that the database was restored from', () => {
    const gap = parse('0', '{}').with([1n, 3n]).settled(9_000n, 9_001n);
    expect(gap.settled(700n, 701n).watermark).toBe(3n);
  });

  it('parses the multiranges of PostgreSQL, and prints them', () => {
    expect(parse('7', '{[9,11),[15,16)}').print()).toBe('{[9,10],[15,15]}');
  });

  it('neither loses nor repeats a position, in any order of commits and with any horizons', () => {
    const order = fc.shuffledSubarray(
      Array.from({ length: 30 }, (_, index) => BigInt(index + 1)),
      { minLength: 30 },
    );
    fc.assert(
      fc.property(
        order,
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 30, maxLength: 30 }),
        (positions, sizes) => {
          let state = parse('0', '{}');
          const rest = [...positions];
          const seen = new Set<bigint>();
          // Each position belongs to its own transaction, whose id is the same number. The transaction runs until the
          // position is seen.
          for (const size of sizes) {
            const batch = rest.splice(0, size).sort((one, other) => (one < other ? -1 : 1));
            const fresh = batch.filter((position) => !isDone(state, position));
            expect(fresh).toEqual(batch);
            batch.forEach((position) => seen.add(position));
            const oldest = rest.reduce((minimum, position) => (position < minimum ? position : minimum), 31n);
            state = state.with(batch).settled(oldest, 31n);
          }
          expect(rest.every((position) => !isDone(state, position))).toBe(true);
          expect([...seen].every((position) => isDone(state, position))).toBe(true);
        },
      ),
    );
  });
});

function isDone({ watermark, done }: SequencerWatermark, position: bigint): boolean {
  return position <= watermark || done.some(([from, to]) => from <= position && position <= to);
}
