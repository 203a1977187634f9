import { describe, expect, it } from 'vitest';

import { caseFoldings, foldCase } from './case-folding.js';

describe('foldCase', () => {
  it.each([
    ['Ann', 'ann'],
    ['ÉCOLE', 'école'],
    ['ΣΊΣΥΦΟΣ', 'σίσυφοσ'],
    ['σίσυφος', 'σίσυφοσ'],
    ['STRASSE', 'strasse'],
    ['Straße', 'straße'],
    ['ẞ', 'ß'],
    ['\u212a', 'k'],
    ['İı', 'İı'],
    ['\u{10400}😀', '\u{10428}😀'],
  ])('folds %s to %s', (text, folded) => expect(foldCase(text)).toBe(folded));

  it('folds every character to the one in the table, and only once', () => {
    for (let point = 0; point <= 0x1ffff; point++) {
      const character = String.fromCodePoint(point);
      const folded = caseFoldings.get(character) ?? character;
      if (foldCase(character) !== folded || foldCase(folded) !== folded) expect.fail(`U+${point.toString(16)}`);
    }
  });
});
