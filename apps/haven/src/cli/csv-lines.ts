import type { Readable } from 'node:stream';

import { parse } from 'csv-parse';

/** Turns CSV into NDJSON: the first row names the members, empty cells are left out. */
export async function* csvLines(source: Readable, keepText: boolean): AsyncGenerator<string> {
  const rows = source.pipe(parse({ columns: true, bom: true, skip_empty_lines: true }));
  source.on('error', (error) => rows.destroy(error));
  for await (const row of rows as AsyncIterable<Record<string, string>>) {
    const members = Object.entries(row)
      .filter(([, cell]) => cell !== '')
      .map(([name, cell]) => [name, keepText ? cell : typed(cell)]);
    yield `${JSON.stringify(Object.fromEntries(members))}\n`;
  }
}

/** A cell is a number or a boolean only if it is spelled as JSON would; `007` and `1e3` stay text. */
export function typed(cell: string): string | number | boolean {
  if (cell === 'true' || cell === 'false') return cell === 'true';
  return cell.trim() !== '' && String(Number(cell)) === cell && Number.isFinite(Number(cell)) ? Number(cell) : cell;
}
