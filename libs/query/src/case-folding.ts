import { caseFoldingRanges } from './case-folding-table.js';

/**
 * Version of the table of case foldings. Index entries contain folded text, so a new version needs a migration that
 * replaces the SQL function `haven.fold_case` and creates all entries of caseless indexes again.
 */
export const caseFoldingVersion = 'Unicode 17.0.0';

/** The character to which each character is folded. Characters that are not listed are folded to themselves. */
export const caseFoldings: ReadonlyMap<string, string> = new Map(foldings());

const isAscii = /^[\0-\x7f]*$/; // eslint-disable-line no-control-regex -- ASCII includes control characters

/**
 * Folds the case of a text with Unicode's simple case folding: two texts that differ only in case become equal. Each
 * character is folded to one character, so the length in characters remains the same: ß is not equal to ss. The SQL
 * function `haven.fold_case` returns the same text.
 */
export function foldCase(text: string): string {
  if (isAscii.test(text)) return text.toLowerCase();
  const folded = Buffer.allocUnsafe(2 * text.length);
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    folded.writeUInt16LE(isSurrogate(unit) ? foldSurrogate(text, index) : (foldedUnits[unit] ?? unit), 2 * index);
  }
  return folded.toString('utf16le');
}

/** The UTF-16 code unit to which each code unit is folded. A code unit is never folded to more than one. */
const foldedUnits = Uint16Array.from({ length: 0x10000 }, (_, unit) => unit);
for (const [from, to] of caseFoldings) if (from.length === 1) foldedUnits[from.charCodeAt(0)] = to.charCodeAt(0);

/** The first halves of characters above U+FFFF that are folded. */
const foldedSurrogates = new Set([...caseFoldings.keys()].map((from) => from.charCodeAt(0)).filter(isSurrogate));

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xe000;
}

/** Returns the code unit to which half of a character is folded. */
function foldSurrogate(text: string, index: number): number {
  const unit = text.charCodeAt(index);
  const isFirst = unit < 0xdc00;
  if (!foldedSurrogates.has(isFirst ? unit : text.charCodeAt(index - 1))) return unit;
  const pair = isFirst ? text.slice(index, index + 2) : text.slice(index - 1, index + 1);
  return caseFoldings.get(pair)?.charCodeAt(isFirst ? 0 : 1) ?? unit;
}

function* foldings(): Generator<[string, string]> {
  for (const [first, last, step, offset] of caseFoldingRanges) {
    for (let point = first; point <= last; point += step) {
      yield [String.fromCodePoint(point), String.fromCodePoint(point + offset)];
    }
  }
}
