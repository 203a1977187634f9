import type { CsvDecimal, CsvType } from './csv-options.js';
import { isLikelyNumber } from './csv-number.js';

const BOOLEAN = /^(?:true|false)$/i;

/** Finds the type of a column by all its cells: one cell that is no number makes the column text. */
export class ColumnType {
  private readonly mayBeNumber: Record<CsvDecimal, boolean>;
  private mayBeBoolean = true;
  private isEmpty = true;
  private hasDecimalComma = false;

  /** Numbers are recognised only with these decimal signs. */
  constructor(decimals: readonly CsvDecimal[]) {
    this.mayBeNumber = { '.': decimals.includes('.'), ',': decimals.includes(',') };
  }

  add(cell: string): void {
    this.isEmpty = false;
    if (this.mayBeBoolean) this.mayBeBoolean = BOOLEAN.test(cell);
    if (this.mayBeNumber['.']) this.mayBeNumber['.'] = isLikelyNumber(cell, '.');
    if (!this.mayBeNumber[',']) return;
    this.mayBeNumber[','] = isLikelyNumber(cell, ',');
    this.hasDecimalComma ||= cell.includes(',');
  }

  /** Whether all cells are numbers with a decimal comma, if they have a fraction, and at least one has. */
  get usesDecimalComma(): boolean {
    return !this.isEmpty && this.mayBeNumber[','] && this.hasDecimalComma;
  }

  of(decimal: CsvDecimal): CsvType {
    if (this.isEmpty) return 'text';
    if (this.mayBeBoolean) return 'boolean';
    return this.mayBeNumber[decimal] ? 'number' : 'text';
  }
}

export function isBoolean(cell: string): boolean {
  return BOOLEAN.test(cell);
}
