import { isExact } from '../../values/number-text.js';
import { jsonOf } from '../../values/parse-json.js';
import type { Cell } from '../files/item.js';
import type { CellType } from '../tables/cell-types.js';

/** The sign in numbers before their fraction. */
export type Decimal = '.' | ',';

/** A number as JSON prints it. Others, such as `007` and `12E5`, are texts with digits. */
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]\d+)?$/;

/** Returns the JSON number for a cell; undefined if it is none that can be stored exactly. */
export function numberOf(cell: string, decimal: Decimal): number | undefined {
  const text = decimal === ',' && !cell.includes('.') ? cell.replace(',', '.') : cell;
  const number = Number(text);
  return NUMBER.test(text) && Number.isFinite(number) && isExact(text, number) ? number : undefined;
}

/** Finds the type that all cells of a column have. */
export class ColumnStats {
  private readonly possible = new Set<CellType>(['number', 'boolean', 'json']);
  private hasValues = false;

  constructor(private readonly decimal: Decimal) {}

  add(cell: Cell): void {
    if (cell === null) return;
    this.hasValues = true;
    for (const type of this.possible) if (!isOf(cell, type, this.decimal)) this.possible.delete(type);
  }

  get type(): CellType {
    const [type = 'text'] = this.hasValues ? this.possible : [];
    return type;
  }
}

function isOf(cell: string, type: CellType, decimal: Decimal): boolean {
  if (type === 'number') return numberOf(cell, decimal) !== undefined;
  if (type === 'boolean') return /^(true|false)$/i.test(cell);
  return /^[[{]/.test(cell) && jsonOf(cell) !== undefined;
}
