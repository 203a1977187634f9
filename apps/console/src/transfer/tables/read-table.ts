import { RowReader, separatorOf } from '../files/row-reader.js';

/** The cells of a table, row by row. All rows have as many cells as the first one that has the most. */
export type Table = string[][];

/** Reads cells that were copied from a spreadsheet, or CSV. */
export function readTable(text: string): Table {
  const separator = isFromSpreadsheet(text) ? '\t' : separatorOf(text);
  const reader = new RowReader(separator);
  const rows = [...reader.push(text), ...reader.end()]
    .flatMap(({ cells = [], text: line, problem }) =>
      // Spreadsheets put no quotes around a cell that contains some, such as `"Alien" (1979)`.
      problem === undefined
        ? [cells.map((cell) => cell ?? '')]
        : line.split(/\r?\n/).map((row) => row.split(separator)),
    )
    .filter((cells) => cells.some((cell) => cell !== ''));
  const width = Math.max(0, ...rows.map(({ length }) => length));
  return rows.map((cells) => [...cells, ...Array<string>(width - cells.length).fill('')]);
}

/** Spreadsheets copy tabs, also between numbers with decimal commas. */
function isFromSpreadsheet(text: string): boolean {
  return text.split('\n', 1)[0]?.includes('\t') ?? false;
}
