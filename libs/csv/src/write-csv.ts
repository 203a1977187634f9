import { stringify } from 'csv-stringify/sync';

import type { CsvDecimal, CsvDelimiter } from './csv-options.js';

/** How to write a CSV. */
export interface CsvFormat {
  delimiter: CsvDelimiter;
  decimal: CsvDecimal;
}

/**
 * Writes rows of JSON values as CSV. A missing value and null are empty cells, an empty string is `""`, and an object
 * or array is JSON text.
 */
export function writeCsv(rows: readonly (readonly unknown[])[], { delimiter, decimal }: CsvFormat): string {
  return stringify(
    rows.map((row) => row.map((value) => cellOf(value, decimal))),
    { delimiter, quoted_match: [/^$/, /[\r\n]/] },
  );
}

function cellOf(value: unknown, decimal: CsvDecimal): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number') return decimal === ',' ? String(value).replace('.', ',') : String(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
