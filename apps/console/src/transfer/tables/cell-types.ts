import type { ColumnType } from '../../columns/columns.js';
import { readJson } from '../../values/document-text.js';
import { jsonOf } from '../../values/parse-json.js';

/** How the cells of a column are read. */
export type CellType = 'text' | 'number' | 'boolean' | 'json';

/** Returns the type that all cells of a column have. */
export function cellTypeOf(cells: readonly string[]): CellType {
  const values = cells.filter((cell) => cell !== '');
  if (values.length === 0) return 'text';
  if (values.every(isNumber)) return 'number';
  if (values.every((cell) => /^(true|false)$/i.test(cell))) return 'boolean';
  return values.every((cell) => /^[[{]/.test(cell) && jsonOf(cell) !== undefined) ? 'json' : 'text';
}

/** Returns how the cells of a column of the schema are read; undefined if they may have any type. */
export function declaredCellType(declared: ColumnType | undefined): CellType | undefined {
  return declared === undefined ? undefined : DECLARED[declared];
}

/** Types that a schema declares. Values of enums may be of any type. */
const DECLARED: Partial<Record<ColumnType, CellType>> = {
  text: 'text',
  number: 'number',
  boolean: 'boolean',
  date: 'text',
  dateTime: 'text',
  reference: 'text',
  json: 'json',
};

/**
 * Returns the value of a cell; undefined if it is empty. A cell that does not have the type stays a text, and so does a
 * number that cannot be stored.
 */
export function readCell(cell: string, type: CellType): unknown {
  if (cell === '') return undefined;
  if (type === 'text') return cell;
  if (type === 'boolean') return /^(true|false)$/i.test(cell) ? cell.toLowerCase() === 'true' : cell;
  const read = readJson(cell);
  if ('problem' in read || (type === 'number' && typeof read.value !== 'number')) return cell;
  return read.value;
}

/** Whether a number has the same text again. Others, such as `007`, are texts with digits. */
function isNumber(cell: string): boolean {
  return String(Number(cell)) === cell && Number.isFinite(Number(cell));
}
