import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { EvaluationWork, FilterTooExpensive } from './evaluation-work.js';
import { isLike } from './like-pattern.js';

const characters = fc.constantFrom('a', 'b', 'A', '\n', 'é', '😀', '.');
const text = fc.string({ unit: characters, maxLength: 12 });
const pattern = fc.string({ unit: fc.oneof(characters, fc.constantFrom('%', '_', '\\%', '\\_')), maxLength: 10 });
/** Repeats a part so that it does not fit into one word of the bit pattern that represents it. */
const longPattern = fc.tuple(fc.string({ unit: fc.constantFrom('a', '_', 'b'), maxLength: 40 }), text);

/** Translates a pattern without further escapes than those above to a regular expression. */
function expressionOf(like: string): RegExp {
  const source = like.replaceAll(/\\(.)|(.)/gsu, (_, escaped: string | undefined, plain: string) => {
    if (escaped === undefined && plain === '%') return '.*';
    if (escaped === undefined && plain === '_') return '.';
    return `\\u{${(escaped ?? plain).codePointAt(0)?.toString(16)}}`;
  });
  return new RegExp(`^${source}$`, 'su');
}

describe('isLike', () => {
  it('agrees with a regular expression', () => {
    fc.assert(
      fc.property(text, pattern, (value, like) => {
        expect(isLike(value, like)).toBe(expressionOf(like).test(value));
      }),
      { numRuns: 2_000 },
    );
  });

  it('agrees with a regular expression for long parts', () => {
    const longText = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 120 });
    fc.assert(
      fc.property(longText, longPattern, (value, [middle, end]) => {
        const like = `%${middle}%${end}%`;
        expect(isLike(value, like)).toBe(expressionOf(like).test(value));
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['without placeholders', `%${'a'.repeat(253)}b%`, 4 * 256 + 1_000_000 / 8],
    ['with placeholders', `%${'a_'.repeat(126)}b%`, 4 * 255 + (1_000_000 + 253) * 8],
    ['with several parts', `%${'a%'.repeat(100)}b%`, 4 * 203 + (1_000_000 / 8) * 101],
  ])('takes no more steps than allowed for a pattern %s', (_, like, steps) => {
    const value = 'a'.repeat(1_000_000);
    expect(isLike(value, like, new EvaluationWork(steps))).toBe(false);
    expect(() => isLike(value, like, new EvaluationWork(steps * 0.98))).toThrow(FilterTooExpensive);
  });
});
