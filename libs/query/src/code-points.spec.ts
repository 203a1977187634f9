import fc from 'fast-check';
import { expect, it } from 'vitest';

import { afterPrefix, codePointLength, compareCodePoints, firstCodePoints } from './code-points.js';

const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom('\ud7ff', '\ue000', '\uffff', '\u{10ffff}', 'a', '😀'),
    fc.string({ unit: 'binary', maxLength: 1 }),
  ),
});

it('orders strings as their UTF-8 bytes are ordered', () => {
  fc.assert(
    fc.property(text, text, (left, right) => {
      expect(Math.sign(compareCodePoints(left, right))).toBe(Buffer.compare(Buffer.from(left), Buffer.from(right)));
    }),
  );
});

it('never cuts through a code point', () => {
  fc.assert(
    fc.property(text, fc.nat({ max: 12 }), (whole, count) => {
      const start = firstCodePoints(whole, count);
      expect(whole.startsWith(start)).toBe(true);
      expect(codePointLength(start)).toBe(Math.min(count, codePointLength(whole)));
    }),
  );
});

it('returns the upper bound of the strings that start with a prefix', () => {
  fc.assert(
    fc.property(text, text, (prefix, other) => {
      const end = afterPrefix(prefix);
      const within = compareCodePoints(other, prefix) >= 0 && (end === null || compareCodePoints(other, end) < 0);
      expect(within).toBe(other.startsWith(prefix));
    }),
  );
  expect(afterPrefix('a\ud7ff')).toBe('a\ue000');
  expect(afterPrefix('a\u{10ffff}')).toBe('b');
  expect(afterPrefix('\u{10ffff}')).toBeNull();
});
