import { invalid, limitExceeded } from '@haven/kernel';
import type { JsonValue } from '@haven/kernel';

import { codePointLength, isStorableText } from './code-points.js';
import type { SearchTerm } from './filter.js';
import type { SearchLimits } from './search-support.js';

/**
 * A term of a search: a phrase in quotation marks, whose end may be missing, or a text without spaces and quotation
 * marks. A hyphen directly before it excludes it.
 */
const TERM = /(?<minus>-?)(?:"(?<phrase>[^"]*)(?:"|$)|(?<word>[^\s"]+))/gu;

/** Quotation marks that keyboards and word processors insert instead of the plain one. */
const QUOTATION_MARKS = /[\u201c\u201d\u201e\u201f\u00ab\u00bb\uff02]/gu;

/**
 * Reads the text of a search: words, prefixes (`pre*`) and `"phrases"`, separated by spaces, each of which is excluded
 * by a `-` before it. The text comes from a search box, so that everything else is read as well as possible: a phrase
 * without a closing quotation mark goes to the end of the text, and what has neither a letter nor a digit is ignored.
 * Throws `FILTER_INVALID` if no term is left, or all are excluded.
 */
export function readSearch(operand: JsonValue, limits: SearchLimits, pointer: string): SearchTerm[] {
  const refuse = (detail: string) => invalid('FILTER_INVALID', pointer, detail);
  if (typeof operand !== 'string') throw refuse('must be a text, such as "dune -film \\"exact phrase\\" pre*"');
  if (!isStorableText(operand)) throw refuse('must not contain U+0000 or half a surrogate pair');
  if (codePointLength(operand) > limits.searchLength)
    throw limitExceeded('limits.searchLength', limits.searchLength, pointer);
  const terms = [...operand.replace(QUOTATION_MARKS, '"').matchAll(TERM)].map(termOf).filter(hasWord);
  if (terms.every(({ excluded }) => excluded))
    throw refuse(
      terms.length === 0
        ? 'must have at least one word: a text with a letter or a digit'
        : 'must have at least one word without "-" before it; to find all records without a word, use _not',
    );
  return terms;
}

function termOf({ groups: { minus, phrase, word = '' } = {} }: RegExpExecArray): SearchTerm {
  const excluded = minus === '-';
  if (phrase !== undefined) return { text: phrase.trim(), as: 'phrase', excluded };
  const text = word.replace(/\*+$/u, '');
  return { text, as: text === word ? 'word' : 'prefix', excluded };
}

function hasWord({ text }: SearchTerm): boolean {
  return /[\p{L}\p{M}\p{N}]/u.test(text);
}
