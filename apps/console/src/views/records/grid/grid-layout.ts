import type { Column, ColumnType } from '../../../columns/columns.js';
import { ownValue } from '../../../values/own-value.js';

/** A column that is shown, with its width in pixels. */
export interface ShownColumn extends Column {
  width: number;
}

/** Height of a row in pixels. All rows have the same, so the position of a row follows from its index. */
export const ROW_HEIGHT = 36;
/** Width of the column with the checkboxes. */
export const SELECT_WIDTH = 44;
export const LEAST_WIDTH = 60;
export const MOST_WIDTH = 1_200;

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

/** Returns the width of a column that the user has not changed. */
export function defaultWidth({ path, type }: Column): number {
  return path === '$id' ? 230 : WIDTHS[type];
}

/** Returns the width of a column. `widths` has those that the user has changed. */
export function widthOf(column: Column, widths: Readonly<Record<string, number>>): number {
  return Math.max(LEAST_WIDTH, Math.min(ownValue(widths, column.path) ?? defaultWidth(column), MOST_WIDTH));
}
