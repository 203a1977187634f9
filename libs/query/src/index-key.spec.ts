import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { compareCodePoints } from './code-points.js';
import { indexKey, indexKeyBytes, keyPart } from './index-key.js';
import type { SortKey } from './sort-key.js';

const text = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\u0001', '\uffff', '😀', '\u{10ffff}'), maxLength: 4 });
const number = fc.oneof(
  fc.constantFrom(0, -0, 1, -1, 5e-324, -5e-324, Number.MAX_VALUE, -Number.MAX_VALUE),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const sortKey: fc.Arbitrary<SortKey> = fc.oneof(
  fc.constantFrom<SortKey>([0, 0, ''], [1, 0, ''], [2, 0, ''], [2, 1, ''], [5, 0, ''], [6, 0, '']),
  number.map((value): SortKey => [3, value, '']),
  text.map((value): SortKey => [4, 0, value]),
);
const instantKey: fc.Arbitrary<SortKey> = fc.oneof(
  sortKey.filter(([rank]) => rank !== 4),
  fc.tuple(number, text).map(([value, characters]): SortKey => [4, value, characters]),
);

function compareKeys(left: SortKey, right: SortKey): number {
  return Math.sign(left[0] - right[0] || left[1] - right[1] || compareCodePoints(left[2], right[2]));
}

describe('the key of an index entry', () => {
  it.each([
    [sortKey, undefined],
    [sortKey, 'caseless'],
    [instantKey, 'dateTime'],
  ] as const)('is ordered like the sort keys', (arbitrary, as) => {
    const pair = fc.tuple(arbitrary, arbitrary);
    fc.assert(
      fc.property(pair, pair, fc.constantFrom('ascending', 'descending'), (left, right, direction) => {
        const [first, second] = [left, right].map((parts) =>
          indexKey([keyPart(parts[0], as), keyPart(parts[1], as, direction)]),
        );
        const second0 = compareKeys(left[1], right[1]) * (direction === 'descending' ? -1 : 1);
        const expected = compareKeys(left[0], right[0]) || second0;
        expect(first && second && Buffer.compare(first, second)).toBe(expected + 0);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is not cut if it has two parts', () => {
    const longest = keyPart([4, 1e300, '\u{10ffff}'.repeat(256)], 'dateTime');
    expect(indexKey([longest, longest])).toHaveLength(2 * longest.length);
    expect(indexKey([longest, longest, longest])).toHaveLength(indexKeyBytes);
  });

  it('has a fixed format', () => {
    const hex = (...args: Parameters<typeof keyPart>) => keyPart(...args).toString('hex');
    expect(hex([0, 0, ''])).toBe('00');
    expect(hex([2, 1, ''])).toBe('02bff0000000000000');
    expect(hex([3, -1, ''])).toBe('03400fffffffffffff');
    expect(hex([4, 0, 'aé'])).toBe('0461c3a900');
    expect(hex([4, 0, 'aé'], undefined, 'descending')).toBe('fb9e3c56ff');
    expect(hex([4, 1, '0000000000'], 'dateTime')).toBe('04bff00000000000003030303030303030303000');
  });
});
