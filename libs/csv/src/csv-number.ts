import { isExactNumber } from '@haven/kernel';

import type { CsvDecimal } from './csv-options.js';

/** A number of JSON whose exponent, if any, has a sign: `1e+21` is printed by programs, `12E5` is an article number. */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]\d+)?$/;
const ANY_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Returns the JSON number that a cell contains, or null if it is no number with this decimal sign. */
export function jsonNumberOf(cell: string, decimal: CsvDecimal): string | null {
  if (decimal === ',' && cell.includes('.')) return null;
  const literal = decimal === ',' ? cell.replace(',', '.') : cell;
  return ANY_NUMBER.test(literal) ? literal : null;
}

/**
 * Whether a cell in a column of unknown type can be a number: a number of JSON that can be stored exactly. So 007, +1
 * and 9007199254740993 are text.
 */
export function isLikelyNumber(cell: string, decimal: CsvDecimal): boolean {
  const literal = jsonNumberOf(cell, decimal);
  return literal !== null && NUMBER.test(literal) && isExactNumber(literal);
}
