import type { Column, ColumnType } from './columns.js';

/** Height of a row in pixels. All rows have the same, so the position of a row follows from its index. */
export const ROW_HEIGHT = 36;

const WIDTHS: Record<ColumnType, number> = {
  text: 220,
  number: 110,
  boolean: 96,
  date: 120,
  dateTime: 200,
  choice: 130,
  reference: 180,
  json: 220,
  any: 180,
};

const SELECT = 44;
export const SELECT_WIDTH = { width: SELECT };

/** Returns the style of the cells of a column. */
export function widthOf(path: string, type: ColumnType): { width: number } {
  return { width: path === '$id' ? 190 : WIDTHS[type] };
}

/** Returns the width of a row. */
export function rowWidth(columns: readonly Column[], canSelect: CanSelect): number {
  const width = columns.reduce((total, { path, type }) => total + widthOf(path, type).width, 0);
  return width + (canSelect === 'selectable' ? SELECT : 0);
}

/** Whether the rows have checkboxes. */
export type CanSelect = 'selectable' | 'fixed';
