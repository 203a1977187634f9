import { caseFoldingRanges } from './case-folding-table.js';

/**
 * Version of the table of case foldings. Index entries contain folded text, so a new version needs a migration that
 * replaces the SQL function `haven.fold_case` and creates all entries of caseless indexes again.
 */
export const caseFoldingVersion = 'Unicode 17.0.0';

/** The character to which each character is folded. Characters that are not listed are folded to themselves. */
export const caseFoldings: ReadonlyMap<string, string> = new Map(foldings());

const folded = new RegExp(`[${[...caseFoldings.keys()].join('')}]`, 'gu');
const isAscii = /^[\0-\x7f]*$/; // eslint-disable-line no-control-regex -- ASCII includes control characters

/**
 * Folds the case of a text with Unicode's simple case folding: two texts that differ only in case become equal. Each
 * character is folded to one character, so the length in characters remains the same: ß is not equal to ss. The SQL
 * function `haven.fold_case` returns the same text.
 */
export function foldCase(text: string): string {
  if (isAscii.test(text)) return text.toLowerCase();
  return text.replaceAll(folded, (character) => caseFoldings.get(character) ?? character);
}

function* foldings(): Generator<[string, string]> {
  for (const [first, last, step, offset] of caseFoldingRanges) {
    for (let point = first; point <= last; point += step) {
      yield [String.fromCodePoint(point), String.fromCodePoint(point + offset)];
    }
  }
}
