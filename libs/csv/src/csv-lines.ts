import type { CsvPlan } from './inspect-csv.js';
import { csvRows } from './csv-rows.js';
import type { CsvCell } from './csv-rows.js';
import { jsonNumberOf } from './csv-number.js';
import { splitHead } from './split-head.js';

/** A row of a CSV as a line of JSON, and the line of the file on which the row ends, from 1. */
export interface CsvJsonLine {
  number: number;
  json: string;
}

/** Converts a CSV that was inspected. Yields the rows in blocks. */
export async function* csvLines(text: AsyncIterable<string>, plan: CsvPlan): AsyncGenerator<CsvJsonLine[]> {
  const { delimiter, options } = plan;
  const { rest, linesBefore } = await splitHead(text);
  const toJson = rowConverter(plan);
  let isHeader = true;
  for await (const rows of csvRows(rest, { delimiter, linesBefore, maxRowLength: options.maxRowLength })) {
    const lines = rows.slice(isHeader ? 1 : 0).map(({ cells, line }) => ({ number: line, json: toJson(cells) }));
    isHeader = false;
    if (lines.length > 0) yield lines;
  }
}

/**
 * Returns a function that builds the JSON text of a row. `JSON.stringify` of an object would lose a member named
 * `__proto__`, which the server must see in order to reject it.
 */
function rowConverter({ columns, decimal, options }: CsvPlan): (cells: readonly CsvCell[]) => string {
  const { empty = 'missing', shape } = options;
  const idAt = columns.findIndex(({ role }) => role === 'id');
  const members = columns.map(({ member, type }, index) => {
    const name = `${JSON.stringify(member)}:`;
    return (cells: readonly CsvCell[]): string | undefined => {
      const cell = cells[index] ?? null;
      if (cell !== null && (cell !== '' || type === 'text')) return name + jsonOf(cell);
      if (empty === 'null') return `${name}null`;
      return empty === 'text' && type === 'text' ? `${name}""` : undefined;
    };
    function jsonOf(cell: string): string {
      if (type === 'number') return jsonNumberOf(cell, decimal) ?? JSON.stringify(cell);
      if (type === 'boolean') return cell.toLowerCase();
      // Between the tokens of JSON, a line break is as good as a space; strings contain none.
      return type === 'json' ? cell.replaceAll(/[\r\n]/g, ' ') : JSON.stringify(cell);
    }
  });
  const inDocument = members.filter((_, index) => columns[index]?.role === 'member');
  const documentOf = (cells: readonly CsvCell[]): string =>
    `{${inDocument.flatMap((member) => member(cells) ?? []).join(',')}}`;
  if (shape === 'document') return documentOf;
  return (cells) => {
    const id = cells[idAt];
    return `{${id ? `"id":${JSON.stringify(id)},` : ''}"data":${documentOf(cells)}}`;
  };
}
