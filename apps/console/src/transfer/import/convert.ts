import type { Data } from '../../api/types.js';
import { readJson } from '../../values/document-text.js';
import { countOf } from '../../values/numbers.js';
import { parsePath, withValue } from '../../values/path.js';
import { shorten } from '../../values/shorten.js';
import type { Cell, Item } from '../files/item.js';
import type { CellType } from '../tables/cell-types.js';
import { numberOf } from './column-stats.js';
import type { Decimal } from './column-stats.js';
import type { ImportPlan } from './plan.js';

/** A line of NDJSON for an item, or why there is none. */
export type Converted = { line: string } | { problem: string };

/** Returns a function that makes lines of NDJSON from the items of a file. */
export function converter(plan: ImportPlan): (item: Item) => Converted {
  const targets = plan.assignments.map(({ path, type }) => ({ names: path === '' ? [] : parsePath(path), type }));
  return (item) => {
    if (item.problem !== undefined) return { problem: item.problem };
    // A line break in a JSON value is never a part of a text, so it means no more than a space.
    if (!item.cells) return { line: item.text.replaceAll(/[\r\n]+/g, ' ') };
    if (item.cells.length !== targets.length)
      return { problem: `The row has ${countOf(item.cells.length, 'cell')}, but the first one has ${targets.length}.` };
    let data: Data = {};
    for (const [index, { names, type }] of targets.entries()) {
      const cell = item.cells[index] ?? null;
      if (names.length === 0 || (cell === null && plan.empty === 'missing')) continue;
      const value = valueOf(cell, type, plan.decimal);
      if (value === undefined)
        return { problem: `${names.join('.')}: this is not ${NAMES[type]}: ${shorten(cell ?? '', 60)}` };
      data = withValue(data, names, value);
    }
    return { line: JSON.stringify(data) };
  };
}

const NAMES: Record<CellType, string> = {
  text: 'a text',
  number: 'a number that can be stored exactly',
  boolean: 'true or false',
  json: 'JSON that can be stored exactly',
};

function valueOf(cell: Cell, type: CellType, decimal: Decimal): unknown {
  if (cell === null || type === 'text') return cell;
  if (type === 'number') return numberOf(cell, decimal);
  if (type === 'json') return jsonIn(cell);
  return /^true$/i.test(cell) ? true : /^false$/i.test(cell) ? false : undefined;
}

function jsonIn(cell: string): unknown {
  const read = readJson(cell);
  return 'value' in read ? read.value : undefined;
}
