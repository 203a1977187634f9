import { parse } from 'csv-parse/sync';

import type { CsvDelimiter } from './csv-options.js';

/** The less often a character occurs within cells, the earlier it comes: `3,50` is a number in many countries. */
const CANDIDATES: readonly CsvDelimiter[] = ['\t', ';', '|', ','];

/** Number of rows that are compared. */
const ROWS = 100;

/**
 * Finds the delimiter by the beginning of a CSV: the candidate that divides most rows into as many cells as the header.
 * If several are equally good, it is the one that divides the header into the most cells, and otherwise the first. If
 * none divides the header, there is one column, and the comma is returned.
 */
export function findDelimiter(sample: string): CsvDelimiter {
  let best: { delimiter: CsvDelimiter; fit: number; columns: number } = { delimiter: ',', fit: 0, columns: 1 };
  for (const delimiter of CANDIDATES) {
    const [columns = 1, ...others] = cellCounts(sample, delimiter);
    if (columns < 2) continue;
    const fit = others.length === 0 ? 1 : others.filter((count) => count === columns).length / others.length;
    if (fit > best.fit || best.columns === 1 || (fit === best.fit && columns > best.columns)) {
      best = { delimiter, fit, columns };
    }
  }
  return best.delimiter;
}

function cellCounts(sample: string, delimiter: CsvDelimiter): number[] {
  const counts: number[] = [];
  try {
    parse(sample, {
      delimiter,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      skip_empty_lines: true,
      to: ROWS,
      on_record: (cells: string[]) => {
        counts.push(cells.length);
        return null;
      },
    });
  } catch {
    // The sample ends within quotes, or this is not the delimiter. The rows before that are compared.
  }
  return counts;
}
