import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { compileSchema } from './compile-schema.js';
import { compareDecimals } from './decimal.js';
import { InexactNumbers, withExactBounds } from './exact-bounds.js';
import type { SchemaNode } from './schema-tree.js';

const LIMITS = { bytes: 65_536, depth: 32, nodes: 2_000, cost: 10_000 };
const INT64 = '9223372036854775807';
const ABOVE = 9223372036854776000; // the double nearest to INT64, as JavaScript prints it
const BELOW = 9223372036854775000;

/** Whether a value of the member `n` satisfies a schema that is given as text. */
function accepts(text: string, n: number): boolean {
  const whole = `{"properties":{"n":${text}}}`;
  return compileSchema(JSON.parse(whole), LIMITS, whole).accepts({ n });
}

describe('a bound that no double represents', () => {
  it.each<[string, number, boolean]>([
    [`{"maximum":${INT64}}`, BELOW, true],
    [`{"maximum":${INT64}}`, ABOVE, false],
    [`{"exclusiveMaximum":${INT64}}`, ABOVE, false],
    [`{"minimum":${INT64}}`, ABOVE, true],
    [`{"minimum":${INT64}}`, BELOW, false],
    [`{"exclusiveMinimum":${INT64}}`, ABOVE, true],
    ['{"minimum":-9223372036854776001}', -ABOVE, true],
    ['{"minimum":-9223372036854775807}', -ABOVE, false],
    ['{"maximum":9007199254740993}', 9007199254740992, true],
    ['{"maximum":9007199254740993}', 9007199254740994, false],
    ['{"minimum":9007199254740993}', 9007199254740992, false],
    ['{"exclusiveMaximum":9007199254740993}', 9007199254740992, true],
    ['{"minimum":1e-400}', 0, false],
    ['{"minimum":-1e-400}', 0, true],
    [`{"maximum":${INT64},"allOf":[{"minimum":5}]}`, 4, false],
    [`{"$ref":"#/$defs/x","$defs":{}}`.replace('"$ref":"#/$defs/x",', `"maximum":${INT64},`), ABOVE, false],
    [`{"const":${INT64}}`, ABOVE, false],
    [`{"enum":[${INT64},1]}`, ABOVE, false],
    [`{"enum":[${INT64},1]}`, 1, true],
    [`{"default":${INT64},"examples":[${INT64}]}`, ABOVE, true],
  ])('%s accepts %d: %s', (text, value, expected) => {
    expect(accepts(text, value)).toBe(expected);
  });

  it('is found in linear time among many', () => {
    const values = Array.from({ length: 200_000 }, (_, index) => index);
    const inexact = new InexactNumbers(new Map(values.map((index) => [`/enum/${index}`, `${INT64}.${index}`])));
    const node = { pointer: '' } as SchemaNode;
    expect(withExactBounds({ enum: [...values, 'last'] }, node, inexact)).toEqual({ enum: ['last'] });
    expect(withExactBounds({ enum: values }, { pointer: '/enum/1/x' } as SchemaNode, inexact)).toEqual({
      enum: values,
    });
  });

  it('is compared with the decimal that a value is printed as', () => {
    const digits = fc.stringMatching(/^[1-9]\d{15,20}$/);
    fc.assert(
      fc.property(digits, fc.integer({ min: -3, max: 3 }), (bound, steps) => {
        const value = Number(bound) + steps * 2 ** Math.max(0, Math.ceil(Math.log2(Number(bound))) - 53);
        const order = compareDecimals(String(value), bound);
        expect(accepts(`{"maximum":${bound}}`, value)).toBe(order <= 0);
        expect(accepts(`{"minimum":${bound}}`, value)).toBe(order >= 0);
        expect(accepts(`{"exclusiveMaximum":${bound}}`, value)).toBe(order < 0);
        expect(accepts(`{"exclusiveMinimum":${bound}}`, value)).toBe(order > 0);
      }),
      { numRuns: 50 },
    );
  });
});

describe('compareDecimals', () => {
  it.each<[string, string, number]>([
    ['1', '1.0', 0],
    ['-0', '0e5', 0],
    ['1e3', '1000', 0],
    ['0.001', '1E-3', 0],
    ['12', '123', -1],
    ['9', '10', -1],
    ['-9', '-10', 1],
    ['-1', '1', -1],
    ['0', '1e-999999999', -1],
    ['1e-999999999', '1', -1],
    ['-0.5', '0', -1],
  ])('orders %s and %s', (left, right, expected) => {
    expect(Math.sign(compareDecimals(left, right))).toBe(expected);
    expect(Math.sign(compareDecimals(right, left))).toBe(expected === 0 ? 0 : -expected);
  });

  it('orders integers as BigInt does', () => {
    const integer = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
    fc.assert(
      fc.property(integer, integer, (left, right) => {
        const expected = left < right ? -1 : left > right ? 1 : 0;
        expect(Math.sign(compareDecimals(String(left), String(right)))).toBe(expected);
      }),
    );
  });
});
