import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { averageOf } from './decimal.js';

/** Prints a fraction of a power of two as an exact decimal. */
function exactDecimal(value: number): string {
  const size = Math.abs(value);
  let scale = 0;
  let integer = size;
  while (!Number.isInteger(integer) && scale < 1100) {
    integer *= 2;
    scale++;
  }
  const digits = (BigInt(integer) * 5n ** BigInt(scale)).toString().padStart(scale + 1, '0');
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return value < 0 ? `-${text}` : text;
}

describe('averageOf', () => {
  it.each([
    ['0.3', 2, 0.15],
    ['10', 4, 2.5],
    ['1', 3, 1 / 3],
    ['-2', 3, -2 / 3],
    ['0', 7, 0],
    ['-0.0', 7, 0],
    // The exact quotient lies between two doubles, closer to one of them than 20 digits can say.
    ['9007199254740993', 1, 9007199254740992],
    ['9007199254740993.0000000000000000000000000001', 1, 9007199254740994],
    ['9007199254740995', 1, 9007199254740996],
    ['18014398509481986', 2, 9007199254740992],
    ['35953862697246314' + '0'.repeat(292), 2, 1.7976931348623157e308],
    ['-35953862697246314' + '0'.repeat(292), 2, -1.7976931348623157e308],
    [`0.${'0'.repeat(323)}5`, 1, 5e-324],
    [`0.${'0'.repeat(323)}5`, 3, 0],
    [`-0.${'0'.repeat(323)}5`, 3, 0],
    [`0.${'0'.repeat(323)}8`, 2, 5e-324],
    [
      '0.00000000000000000000000000000000000000000000000000000000000000000000001',
      3,
      Number('3.3333333333333333333e-72'),
    ],
  ])('of %s by %i is %f', (sum, count, expected) => {
    expect(Object.is(averageOf(sum, count), expected)).toBe(true);
  });

  it('returns every double of which it gets the exact decimal', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(averageOf(exactDecimal(value), 1)).toBe(value + 0);
      }),
    );
  });

  it('rounds to the nearest double, and to an even one in the middle', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 52 }), fc.integer({ min: 0, max: 900 }), (low, shift) => {
        const unit = 2n ** BigInt(shift);
        // 2 ** 53 + low has 54 bits if it is even or odd: the last one decides.
        const integer = (2n ** 53n + BigInt(low)) * unit;
        expect(averageOf(integer.toString(), 1)).toBe(Number(integer));
        expect(averageOf(`${integer}.${'0'.repeat(30)}1`, 1)).toBe(Number(`${integer}.${'0'.repeat(30)}1`));
      }),
    );
  });
});
