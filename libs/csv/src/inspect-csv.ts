import { ColumnType } from './column-type.js';
import { CsvFaults } from './csv-faults.js';
import { readHeader } from './csv-header.js';
import type { CsvColumn } from './csv-header.js';
import { typesInvalid } from './csv-options.js';
import type { CsvDecimal, CsvDelimiter, CsvOptions, CsvType } from './csv-options.js';
import { csvRows, CsvSyntaxError } from './csv-rows.js';
import type { CsvCell, CsvRow } from './csv-rows.js';
import { mismatchOf } from './declared-type.js';
import { findDelimiter } from './find-delimiter.js';
import { splitHead } from './split-head.js';

/** How a CSV is to be read, according to all of it and to the options. */
export interface CsvPlan {
  delimiter: CsvDelimiter;
  decimal: CsvDecimal;
  columns: (CsvColumn & { type: CsvType })[];
  /** Number of rows without the header. */
  rows: number;
  options: CsvOptions;
}

/**
 * Reads the whole CSV once, and returns how to convert it. Throws `MALFORMED_CSV` with everything that is wrong with
 * it: rows with too few or too many cells, columns without a name, cells that do not have the declared type.
 */
export async function inspectCsv(text: AsyncIterable<string>, options: CsvOptions): Promise<CsvPlan> {
  const { head, rest, separator, linesBefore } = await splitHead(text);
  const delimiter = options.delimiter ?? separator ?? findDelimiter(head);
  const inspection = new Inspection(delimiter, options);
  try {
    for await (const rows of csvRows(rest, { delimiter, linesBefore, maxRowLength: options.maxRowLength })) {
      for (const row of rows) inspection.add(row);
    }
  } catch (error) {
    if (!(error instanceof CsvSyntaxError)) throw error;
    inspection.faults.add(error.line, error.message);
  }
  return inspection.end();
}

/** Observes the cells of each column. */
class Inspection {
  readonly faults = new CsvFaults();
  private columns: CsvColumn[] | undefined;
  private declared: (CsvType | undefined)[] = [];
  private found: ColumnType[] = [];
  private readonly decimals: readonly CsvDecimal[];
  private rows = 0;

  constructor(
    private readonly delimiter: CsvDelimiter,
    private readonly options: CsvOptions,
  ) {
    // Where the decimal sign is a comma, programs separate cells by semicolons.
    this.decimals = options.decimal ? [options.decimal] : delimiter === ';' ? ['.', ','] : ['.'];
  }

  add(row: CsvRow): void {
    if (!this.columns) return this.begin(row);
    const { cells, line } = row;
    this.rows++;
    if (cells.length !== this.columns.length) {
      return this.faults.add(line, `The row has ${counted(cells.length)}, but the header has ${this.columns.length}.`);
    }
    for (let index = 0; index < cells.length; index++) this.addCell(cells[index] ?? null, index, line);
  }

  end(): CsvPlan {
    if (!this.columns && this.faults.isEmpty) this.faults.add(1, 'The CSV is empty; the first line must be a header.');
    this.faults.throwIfAny();
    const decimal = this.options.decimal ?? (this.found.some((type) => type.usesDecimalComma) ? ',' : '.');
    const columns = (this.columns ?? []).map((column, index) => ({
      ...column,
      type: this.declared[index] ?? this.found[index]?.of(decimal) ?? 'text',
    }));
    return { delimiter: this.delimiter, decimal, columns, rows: this.rows, options: this.options };
  }

  private begin(header: CsvRow): void {
    const { types } = this.options;
    this.columns = readHeader(header, this.options, this.faults);
    const names = this.columns.map(({ name }) => name);
    const unknown = [...(types?.keys() ?? [])].find((name) => name !== '*' && !names.includes(name));
    if (unknown !== undefined && this.faults.isEmpty) {
      throw typesInvalid(`There is no column ${JSON.stringify(unknown)}; the columns are ${shownNames(names)}.`);
    }
    const other = types?.get('*');
    this.declared = this.columns.map(({ name, role }) => (role === 'member' ? (types?.get(name) ?? other) : 'text'));
    this.found = this.columns.map(() => new ColumnType(this.decimals));
  }

  private addCell(cell: CsvCell, index: number, line: number): void {
    if (cell === null) return;
    const declared = this.declared[index];
    if (declared === undefined) return this.found[index]?.add(cell);
    if (declared === 'text' || cell === '') return;
    const problem = mismatchOf(cell, declared, this.options.decimal ?? '.');
    if (problem === undefined) return;
    this.faults.add(
      line,
      `${shownCell(cell)} in the column ${JSON.stringify(this.columns?.[index]?.name)} ${problem}.`,
    );
  }
}

function counted(cells: number): string {
  return `${cells} ${cells === 1 ? 'cell' : 'cells'}`;
}

function shownCell(cell: string): string {
  return JSON.stringify(cell.length > 40 ? `${cell.slice(0, 40)}…` : cell);
}

function shownNames(names: readonly string[]): string {
  const shown = names.slice(0, 20).map((name) => JSON.stringify(name));
  return `${shown.join(', ')}${names.length > shown.length ? ' …' : ''}`;
}
