import { isExactNumber, parseJson } from '@haven/kernel';

import { isBoolean } from './column-type.js';
import type { CsvDecimal, CsvType } from './csv-options.js';
import { jsonNumberOf } from './csv-number.js';

/** Limits for cells that contain JSON. The document that they become part of is checked against the configured ones. */
const JSON_LIMITS = { depth: 1_000, keys: 1_000_000, values: 16_777_216 };

/** Returns why a cell does not have the declared type of its column; undefined if it has. */
export function mismatchOf(cell: string, type: CsvType, decimal: CsvDecimal): string | undefined {
  switch (type) {
    case 'text':
      return undefined;
    case 'boolean':
      return isBoolean(cell) ? undefined : 'is neither true nor false';
    case 'json':
      return isJson(cell) ? undefined : 'is not valid JSON, or cannot be stored exactly';
    case 'number': {
      const literal = jsonNumberOf(cell, decimal);
      if (literal === null) return `is not a number with a decimal ${decimal === ',' ? 'comma' : 'point'}`;
      return isExactNumber(literal) ? undefined : 'cannot be stored exactly as a number; declare the column as text';
    }
  }
}

function isJson(cell: string): boolean {
  try {
    parseJson(cell, JSON_LIMITS);
    return true;
  } catch {
    return false;
  }
}
